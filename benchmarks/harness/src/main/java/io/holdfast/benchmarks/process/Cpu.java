package io.holdfast.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processor time used so far, in ticks of a hundredth of a second.
 *
 * @param own by some processes
 * @param busy by everything on the machine
 * @param total busy or not, of all processors
 */
record Cpu(long own, long busy, long total) {
    static Cpu now(List<NodeProcess> processes) throws IOException {
        long own = 0;
        for (NodeProcess process : processes) {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            own += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        String[] all = Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
        long total = 0;
        for (int i = 1; i <= 8; i++) { // from user to steal
            total += Long.parseLong(all[i]);
        }
        long idle = Long.parseLong(all[4]) + Long.parseLong(all[5]);
        return new Cpu(own, total - idle, total);
    }

    /** The processes' share of all processors since then, in percent. */
    double ownShare(Cpu since) {
        return 100.0 * (own - since.own) / Math.max(1, total - since.total);
    }

    /** Everybody's share since then, in percent. */
    double busyShare(Cpu since) {
        return 100.0 * (busy - since.busy) / Math.max(1, total - since.total);
    }
}
