package io.holdfast.autoscale.target;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A process and when it began, so that a later one with the same id is not taken for it.
 *
 * <p>Linux tells the instant by the wall clock no better than to a second, and tells another one after the clock was set. So there it
 * is the boot and the ticks since, which stay the same for as long as the process lives. One that has ended and that nobody has waited
 * for yet is dead.
 *
 * @param pid the system's id
 * @param born when, in a form of this system's
 */
record ProcessIdentity(long pid, String born) {
    private static final Path PROC = Path.of("/proc");
    /** Behind the name in parentheses: the state is the third of all fields, the start the twenty-second. */
    private static final int START_FIELD = 22 - 3;

    private static final String INSTANT = "at ";
    /** How exactly systems other than Linux tell when a process began. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    /** Which run of this machine's kernel that is; empty where the system does not say. */
    static String boot() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException notLinux) {
            return "";
        }
    }

    /** The process that has this id now, if it lives. */
    static Optional<ProcessIdentity> now(long pid) {
        if (Files.isReadable(PROC.resolve("self/stat"))) {
            try {
                return fromStat(
                        pid, boot(), Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1));
            } catch (IOException gone) {
                return Optional.empty();
            }
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .map(handle -> new ProcessIdentity(
                        pid, INSTANT + handle.info().startInstant().orElse(Instant.EPOCH)));
    }

    /** One of which nothing is known but that it has ended. */
    static ProcessIdentity unknown(long pid) {
        return new ProcessIdentity(pid, "");
    }

    /** As the line of {@code /proc/PID/stat} has it; empty for one that has ended, or a line that is none. */
    static Optional<ProcessIdentity> fromStat(long pid, String boot, String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        boolean whole = fields.length > START_FIELD && fields[START_FIELD].matches("\\d+");
        return whole && !"ZXx".contains(fields[0])
                ? Optional.of(new ProcessIdentity(pid, boot + " " + fields[START_FIELD]))
                : Optional.empty();
    }

    boolean isAlive() {
        return now(pid).filter(this::isSame).isPresent();
    }

    private boolean isSame(ProcessIdentity other) {
        if (born.equals(other.born)) {
            return true;
        }
        if (!born.startsWith(INSTANT) || !other.born.startsWith(INSTANT)) {
            return false;
        }
        try {
            Duration between = Duration.between(instant(born), instant(other.born));
            return between.abs().compareTo(TOLERANCE) <= 0;
        } catch (DateTimeException changedByHand) {
            return false;
        }
    }

    private static Instant instant(String born) {
        return Instant.parse(born.substring(INSTANT.length()));
    }
}
