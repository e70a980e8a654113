package io.holdfast.benchmarks.process;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What this process has cost so far: bytes allocated by all threads that live, and how often they gave the processor away
 * because they waited ({@code voluntary}) or because they were told to ({@code involuntary}).
 */
final class ProcessCounters {
    private static final Path TASKS = Path.of("/proc/self/task");

    private ProcessCounters() {}

    static Map<String, Double> read(Map<String, Double> more) {
        Map<String, Double> counters = new LinkedHashMap<>(more);
        counters.put("allocated", (double) allocated());
        long voluntary = 0;
        long involuntary = 0;
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                long[] switches = switches(task.resolve("status"));
                voluntary += switches[0];
                involuntary += switches[1];
            }
        } catch (IOException e) {
            return counters; // not a Linux: no such row
        }
        counters.put("voluntary", (double) voluntary);
        counters.put("involuntary", (double) involuntary);
        return counters;
    }

    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    private static long[] switches(Path status) {
        long[] found = new long[2];
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("voluntary_ctxt_switches:")) {
                    found[0] = Long.parseLong(line.substring(24).trim());
                } else if (line.startsWith("nonvoluntary_ctxt_switches:")) {
                    found[1] = Long.parseLong(line.substring(27).trim());
                }
            }
        } catch (IOException e) {
            return found; // the thread has ended: there is no such file, or no such process while it is read
        }
        return found;
    }
}
