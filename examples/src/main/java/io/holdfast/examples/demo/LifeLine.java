package io.holdfast.examples.demo;

import java.time.Instant;

/**
 * Ends this process when the demonstration's is gone, however that went: for one that was started by a process which may die, so that the
 * end of its standard input says nothing.
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

    /** Ends this process, at once and without its shutdown hooks, when that one is gone, or if it is already. */
    static void hangOn(String process) {
        String[] parts = process.split("@", 2);
        long born = Long.parseLong(parts[1]);
        ProcessHandle demo = ProcessHandle.of(Long.parseLong(parts[0]))
                .filter(handle -> Math.abs(began(handle) - born) <= CLOCKS_DIFFER_MILLIS)
                .orElse(null);
        Thread thread = new Thread(
                () -> {
                    while (demo != null && demo.isAlive()) {
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
