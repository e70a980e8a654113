package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Ends this process when the demonstration's is gone, however that went: for one that was started by a process which may die, so that the
 * end of its standard input says nothing. And who is who among processes, of which ids are given again.
 */
final class LifeLine {
    private static final int ORPHANED = 3;
    private static final long LOOK_MILLIS = 200;
    /** By so much two processes may read the start of a third one differently, since systems keep it by another clock. */
    private static final long CLOCKS_DIFFER_MILLIS = 10_000;

    private LifeLine() {}

    /** This process, as an argument of those that are to end with it. */
    static String ofThisProcess() {
        ProcessHandle self = ProcessHandle.current();
        return self.pid() + "@" + began(self);
    }

    private static long began(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** The id in what {@link #ofThisProcess} gave. */
    static long pid(String process) {
        return Long.parseLong(process.substring(0, process.indexOf('@')));
    }

    /** True if that process is there. */
    static boolean runs(String process) {
        long born = Long.parseLong(process.substring(process.indexOf('@') + 1));
        return ProcessHandle.of(pid(process))
                .filter(handle -> Math.abs(began(handle) - born) <= CLOCKS_DIFFER_MILLIS)
                .filter(LifeLine::runs)
                .isPresent();
    }

    /** True if it is there, and has not ended without anybody having asked how: to Java such a one lives. */
    static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            Path file = Path.of("/proc", String.valueOf(process.pid()), "stat");
            String stat = Files.readString(file, StandardCharsets.ISO_8859_1);
            return !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException e) {
            return process.isAlive(); // it has gone meanwhile, or this is not Linux
        }
    }

    /** Ends this process, at once and without its shutdown hooks, when that one is gone, or if it is already. */
    static void hangOn(String process) {
        Thread thread = new Thread(
                () -> {
                    while (runs(process)) {
                        try {
                            Thread.sleep(LOOK_MILLIS);
                        } catch (InterruptedException e) {
                            break; // nobody has a reason to; rather no node than one that is left behind
                        }
                    }
                    System.err.println("the demonstration's process " + process + " is gone");
                    // Not exit(): a shutdown hook that hangs must not keep an orphan alive.
                    Runtime.getRuntime().halt(ORPHANED);
                },
                "life line");
        thread.setDaemon(true);
        thread.start();
    }
}
