package io.holdfast.backup.plan;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.LoggerFactory;

/**
 * {@code BackupStorms SEEDS FROM MINUTES}: the storms of {@link BackupStormTest} over many seeds, until one of the two is used up; 0 minutes
 * for no limit. {@code verification/simulate.sh --backups} starts it.
 */
public final class BackupStorms {
    private static final int TELL_EVERY = 100;

    private BackupStorms() {}

    /** Prints what fails, and exits with 1 if anything does. */
    public static void main(String[] args) {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        int seeds = Integer.parseInt(args[0]);
        long from = Long.parseLong(args[1]);
        int minutes = Integer.parseInt(args[2]);
        long end = minutes == 0 ? Long.MAX_VALUE : System.nanoTime() + minutes * 60_000_000_000L;
        List<Long> failed = new ArrayList<>();
        Map<String, Integer> happened = new TreeMap<>();
        long began = System.nanoTime();
        int done = 0;
        for (long seed = from; done < seeds && System.nanoTime() < end; seed++, done++) {
            try {
                BackupStormTest.run(seed).forEach((what, count) -> happened.merge(what, count, Integer::sum));
            } catch (AssertionError violation) {
                failed.add(seed);
                System.out.println(violation.getMessage());
                System.out.println("  replay: verification/simulate.sh --backups --seeds 1 --from " + seed);
                if (seeds == 1) {
                    violation.printStackTrace(System.out);
                }
            }
            if ((done + 1) % TELL_EVERY == 0) {
                System.out.printf("%d seeds, %d with violations%n", done + 1, failed.size());
            }
        }
        System.out.printf("%d seeds of backups from %d in %.0f s%n", done, from, (System.nanoTime() - began) / 1e9);
        System.out.println("happened: " + happened);
        System.out.println(failed.isEmpty() ? "no violation" : failed.size() + " seeds with violations: " + failed);
        System.exit(failed.isEmpty() ? 0 : 1);
    }
}
