package io.holdfast.verification.swim;

import io.holdfast.membership.swim.SwimConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of {@code docs/membership.md}: what membership costs and how fast it is, by size and loss. The cores are those of
 * production, the network is simulated, so a figure is the same on every machine.
 *
 * <pre>Sizing [--quick] [--file docs/membership.md] [--only table|profiles|soak|slow]</pre>
 */
public final class Sizing {
    private static final String BEGIN = "<!-- begin: verification/membership-table.sh -->";
    private static final String END = "<!-- end -->";

    private static final String SLOW = "node-17";

    private static final String COLUMNS =
            "| nodes | loss | silent death: first / last observer, median (worst) | refused: first / last | a change known"
                    + " by all | bytes/s a node | suspicions of the living per node-hour | false deaths per node-hour |";

    private Sizing() {}

    /** Prints the tables, and puts them into the file between its markers if one is named. */
    public static void main(String[] args) throws IOException {
        List<String> options = List.of(args);
        boolean quick = options.contains("--quick");
        String only = valueOf(options, "--only");
        StringBuilder text = new StringBuilder();
        if (only.isEmpty() || only.equals("table")) {
            text.append(table(quick)).append('\n');
        }
        if (only.isEmpty() || only.equals("profiles")) {
            text.append(profiles(quick)).append('\n');
        }
        if (only.isEmpty() || only.equals("soak")) {
            text.append(soak(quick ? Duration.ofMinutes(10) : Duration.ofHours(24)))
                    .append('\n');
        }
        if (only.isEmpty() || only.equals("slow")) {
            text.append(slow(quick ? Duration.ofMinutes(5) : Duration.ofHours(1)));
        }
        String file = valueOf(options, "--file");
        if (!file.isEmpty()) {
            Path path = Path.of(file);
            String old = Files.readString(path);
            int begin = old.indexOf(BEGIN);
            int end = old.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new IOException(file + " has no lines \"" + BEGIN + "\" and \"" + END + "\" to write between");
            }
            Files.writeString(
                    path, old.substring(0, begin + BEGIN.length()) + "\n\n" + text + "\n" + old.substring(end));
        }
    }

    private static String valueOf(List<String> options, String name) {
        int at = options.indexOf(name);
        return at < 0 || at + 1 >= options.size() ? "" : options.get(at + 1);
    }

    private static String table(boolean quick) {
        StringBuilder text = new StringBuilder();
        line(text, COLUMNS);
        line(text, "|--:|--:|--:|--:|--:|--:|--:|--:|");
        for (int n : new int[] {10, 100, 1000}) {
            for (double loss : new double[] {0, 0.01, 0.05, 0.2}) {
                int rounds = quick ? Math.max(2, 200 / n) : n == 1000 ? 10 : 30;
                long idle = (quick ? 6000 / n : n == 10 ? 86_400 : n == 100 ? 7_200 : 120) * SwimCluster.SECOND;
                line(text, new SizingCell(SizingCell.Network.LAN, n, loss).measure(rounds, idle));
            }
        }
        return text.toString();
    }

    /** The other profiles, on networks that they are for. */
    private static String profiles(boolean quick) {
        StringBuilder text = new StringBuilder();
        line(text, "| profile, delay each way " + COLUMNS);
        line(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        for (SizingCell.Network network : List.of(SizingCell.Network.WAN, SizingCell.Network.LOCAL)) {
            for (int n : new int[] {10, 100}) {
                for (double loss : new double[] {0, 0.01, 0.05}) {
                    int rounds = quick ? Math.max(2, 100 / n) : 30;
                    long idle = (quick ? 6000 / n : n == 10 ? 86_400 : 7_200) * SwimCluster.SECOND;
                    line(text, "| " + network.profile() + " " + new SizingCell(network, n, loss).measure(rounds, idle));
                }
            }
        }
        return text.toString();
    }

    /** The bar on false deaths. */
    private static String soak(Duration time) {
        int n = 100;
        SwimCluster cluster = new SwimCluster(SwimConfig.lan().build(), 24, false);
        FalseAlarms alarms = new FalseAlarms(cluster);
        cluster.startTogether(n);
        cluster.loss = 0.05;
        cluster.run(time.toNanos());
        StringBuilder text = new StringBuilder();
        line(
                text,
                n + " nodes, 5 % loss, " + hours(time) + " without a crash: " + alarms.suspicions()
                        + " suspicions of the living, " + alarms.deaths() + " declared dead.");
        return text.toString();
    }

    private static String slow(Duration time) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "| 50 nodes, one of them slow, " + hours(time)
                        + " | suspicions of the slow one | suspicions of others | others declared dead |");
        line(text, "|---|--:|--:|--:|");
        for (boolean stopped : new boolean[] {true, false}) {
            for (boolean lifeguard : new boolean[] {true, false}) {
                FalseAlarms alarms = withOneSlow(time, stopped, lifeguard);
                String how = stopped
                        ? "stopped for 0.5 to 5 s, runs for 0.2 to 20 ms, and so on"
                        : "reads what arrives 0 to 5 s late, in turns of 1 to 10 s";
                line(
                        text,
                        "| " + how + "; Lifeguard " + (lifeguard ? "on" : "off") + " | " + alarms.suspicionsOf(SLOW)
                                + " | " + (alarms.suspicions() - alarms.suspicionsOf(SLOW)) + " | "
                                + (alarms.deaths() - alarms.deathsOf(SLOW)) + " |");
            }
        }
        return text.toString();
    }

    private static FalseAlarms withOneSlow(Duration time, boolean stopped, boolean lifeguard) {
        SwimConfig.Builder config = SwimConfig.lan();
        SwimCluster cluster = new SwimCluster((lifeguard ? config : config.withoutLifeguard()).build(), 5, false);
        FalseAlarms alarms = new FalseAlarms(cluster);
        cluster.startTogether(50);
        SwimNode slow = cluster.nodes().stream()
                .filter(n -> n.id().equals(SLOW))
                .findFirst()
                .orElseThrow();
        while (cluster.now() < time.toNanos()) {
            if (stopped) {
                cluster.run(SwimCluster.MILLI / 5 + cluster.random.nextLong(20 * SwimCluster.MILLI));
                long stall = SwimCluster.SECOND / 2 + cluster.random.nextLong(9 * SwimCluster.SECOND / 2);
                slow.stall(stall);
                cluster.run(stall);
            } else {
                slow.backlog(cluster.random.nextLong(5 * SwimCluster.SECOND));
                cluster.run(SwimCluster.SECOND + cluster.random.nextLong(9 * SwimCluster.SECOND));
            }
        }
        return alarms;
    }

    static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    private static String hours(Duration time) {
        return time.toHours() > 0 ? time.toHours() + " h" : time.toMinutes() + " min";
    }

    private static void line(StringBuilder text, String line) {
        System.out.println(line);
        text.append(line).append('\n');
    }

    /** The middle one and the largest, in seconds. */
    static String medianAndWorst(List<Long> nanos) {
        List<Long> sorted = new ArrayList<>(nanos);
        sorted.sort(null);
        return sorted.isEmpty()
                ? "never"
                : seconds(sorted.get(sorted.size() / 2)) + " (" + seconds(sorted.get(sorted.size() - 1)) + ")";
    }

    private static String seconds(long nanos) {
        return String.format(java.util.Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
