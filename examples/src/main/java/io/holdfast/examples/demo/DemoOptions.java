package io.holdfast.examples.demo;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says.
 *
 * @param input the file to stream
 * @param kills how often the master is killed
 * @param lose after how many of the kills the killed node's directory is removed, too
 * @param atMaster whether a write counts as acknowledged when it is on the master's disk alone
 * @param keep whether the data stay after the run
 * @param lines if positive, an input of so many lines is made first, out of {@code input}
 * @param data where the data go; not there yet, or empty
 * @param live whether a terminal is there to show a refreshed block
 * @param columns the terminal's width
 * @param act what is played
 * @param store what the second act writes to
 * @param callers how many callers the fourth act has
 * @param most how many nodes the sixth act has at the most
 */
record DemoOptions(
        Path input,
        int kills,
        int lose,
        boolean atMaster,
        boolean keep,
        long lines,
        Path data,
        boolean live,
        int columns,
        Act act,
        StoreKind store,
        int callers,
        int most) {
    static final String USAGE = """
            usage: ./demo.sh [--act WHICH] [--keep] [--data DIR]
                             [--input FILE] [--kill N] [--lose N] [--ack LEVEL] [--lines N] [--store WHICH]
                             [--callers N] [--most N]
              --act WHICH   1: what was acknowledged survives the master's death; 2: what runs on the master runs on
                            one node at a time; 3: nodes join and leave under load; 4: calls go where they are
                            served while masters die; 5: all nodes are lost, and come back from backups; 6: nodes come
                            and go with the load; all: one after the other (default)
              --keep        keep the nodes' data, the client's ledger and all logs, and print where they are
              --data DIR    where the data go; must not exist, or be empty; default examples/target/demo-PID
            acts 1, 3 and 5:
              --input FILE  the file to stream, one record a line; default examples/data/king-james-bible.txt
              --lines N     stream N lines, 1 to 50000000, made by repeating the file with numbers in front; act 5
                            takes the first 100000 of them
            acts 1 and 4:
              --kill N      kill the master N times under load, 0 to 20; default 3
            act 1:
              --lose N      after N of the kills, 0 to all, remove the killed node's directory, too; default 0
              --ack LEVEL   when a line counts as acknowledged: quorum, on a majority's disks (default), or master, on
                            the master's disk alone
            act 2:
              --store WHICH what the master writes to outside the cluster: postgresql, a private server of the PostgreSQL
                            that is installed; file, a small store of the demo's own; auto, the first of them that is
                            there (default)
            act 4:
              --callers N   how many callers call at the same time, 1 to 1000; default 200
            act 6:
              --most N      how many nodes there may be, 4 to 6; default 6""";

    /** What is played. */
    enum Act {
        ONE,
        TWO,
        THREE,
        FOUR,
        FIVE,
        SIX,
        ALL;

        boolean plays(Act which) {
            return this == which || this == ALL;
        }

        /** Whether a file is streamed in it. */
        boolean streams() {
            return plays(ONE) || plays(THREE) || plays(FIVE);
        }
    }

    /** What the second act's master writes to. */
    enum StoreKind {
        FILE,
        POSTGRESQL,
        AUTO
    }

    /**
     * Reads it.
     *
     * @param home the project's directory, from which defaults are found
     * @throws IllegalArgumentException saying what is wrong
     */
    static DemoOptions parse(List<String> arguments, Path home) {
        Path input = home.resolve("examples/data/king-james-bible.txt");
        int kills = 3;
        int lose = 0;
        boolean atMaster = false;
        boolean keep = false;
        long lines = 0;
        Path data = null;
        boolean live = false;
        int columns = 100;
        Act act = Act.ALL;
        StoreKind store = StoreKind.AUTO;
        int callers = 200;
        int most = 6;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--input" -> input = Path.of(value(option, rest));
                case "--kill" -> kills = (int) number(option, value(option, rest), 0, 20);
                case "--lose" -> lose = (int) number(option, value(option, rest), 0, 20);
                case "--ack" -> atMaster = isMaster(value(option, rest));
                case "--keep" -> keep = true;
                case "--lines" -> lines = number(option, value(option, rest), 1, 50_000_000);
                case "--data" -> data = Path.of(value(option, rest));
                case "--act" -> act = act(value(option, rest));
                case "--store" -> store = store(value(option, rest));
                case "--callers" -> callers = (int) number(option, value(option, rest), 1, 1000);
                case "--most" -> most = (int) number(option, value(option, rest), 4, 6);
                case "--live" -> live = true;
                case "--columns" -> columns = (int) number(option, value(option, rest), 20, 1000);
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (lose > kills) {
            throw new IllegalArgumentException("--lose " + lose + " is more than --kill " + kills);
        }
        return new DemoOptions(
                input,
                kills,
                lose,
                atMaster,
                keep,
                lines,
                dataOr(data, home),
                live,
                columns,
                act,
                store,
                callers,
                most);
    }

    private static Act act(String which) {
        return switch (which) {
            case "1" -> Act.ONE;
            case "2" -> Act.TWO;
            case "3" -> Act.THREE;
            case "4" -> Act.FOUR;
            case "5" -> Act.FIVE;
            case "6" -> Act.SIX;
            case "all" -> Act.ALL;
            default -> throw new IllegalArgumentException("--act takes 1, 2, 3, 4, 5, 6 or all, not \"" + which + "\"");
        };
    }

    private static StoreKind store(String which) {
        return switch (which) {
            case "file" -> StoreKind.FILE;
            case "postgresql" -> StoreKind.POSTGRESQL;
            case "auto" -> StoreKind.AUTO;
            default ->
                throw new IllegalArgumentException("--store takes file, postgresql or auto, not \"" + which + "\"");
        };
    }

    private static boolean isMaster(String level) {
        return switch (level) {
            case "master" -> true;
            case "quorum" -> false;
            default -> throw new IllegalArgumentException("--ack takes quorum or master, not \"" + level + "\"");
        };
    }

    private static Path dataOr(@Nullable Path given, Path home) {
        Path data = given != null
                ? given
                : home.resolve("examples/target/demo-" + ProcessHandle.current().pid());
        return data.toAbsolutePath().normalize();
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a value");
        }
        return rest.next();
    }

    private static long number(String option, String text, long least, long most) {
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw new IllegalArgumentException(
                    option + " takes a number from " + least + " to " + most + ", not \"" + text + "\"");
        }
        return Long.parseLong(text);
    }
}
