package io.holdfast.verification.torture;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What can be done to a node, or to its links. */
enum Fault {
    /** SIGKILL, and a new process after a while. */
    KILL(Kind.KILL),
    /** SIGSTOP, and SIGCONT after a while. */
    STOP(Kind.STOP),
    /** Cut off from all others and all clients; dials are refused. */
    CUT(Kind.CUT),
    /** Cut off from all others and all clients; nothing arrives, connections stay. */
    SILENCE(Kind.CUT),
    /** Cut off from the other nodes alone: clients still reach it. */
    CUT_FROM_NODES(Kind.CUT),
    /** What it sends arrives nowhere. */
    MUTE(Kind.CUT),
    /** Nothing reaches it. */
    DEAF(Kind.CUT),
    /** The link to one other node is cut, both reach the rest. */
    ONE_LINK(Kind.CUT),
    /** Cut off and back, several times a second. */
    FLAP(Kind.CUT),
    /** Clients do not reach it. */
    CUT_FROM_CLIENTS(Kind.CUT),
    /** Its links are slow: {@code amount} milliseconds, and up to as much more. */
    DELAY(Kind.SLOW),
    /** Its links carry {@code amount} kilobytes a second. */
    THROTTLE(Kind.SLOW),
    /** A force takes {@code amount} milliseconds. */
    SLOW_DISK(Kind.DISK),
    /** No room on its disk. */
    FULL_DISK(Kind.DISK),
    /** Forces fail; the node has to stop, and is started anew afterwards. */
    FAILING_DISK(Kind.DISK),
    /** Its monotonic clock is off by {@code amount} per mille. */
    CLOCK_RATE(Kind.CLOCK),
    /** Its wall clock is off by {@code amount} minutes. */
    WALL_CLOCK(Kind.CLOCK);

    /** The words of {@code --faults}. */
    enum Kind {
        KILL,
        STOP,
        CUT,
        SLOW,
        DISK,
        CLOCK;

        static Set<Kind> parse(String list) {
            Set<Kind> kinds = EnumSet.noneOf(Kind.class);
            for (String word : list.split(",")) {
                try {
                    kinds.add(valueOf(word.trim().toUpperCase(Locale.ROOT)));
                } catch (IllegalArgumentException unknown) {
                    throw new IllegalArgumentException("unknown fault \"" + word + "\"; there are "
                            + Arrays.toString(values()).toLowerCase(Locale.ROOT));
                }
            }
            return kinds;
        }
    }

    private final Kind kind;

    Fault(Kind kind) {
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
