package io.holdfast.autoscale.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/** A run for people: what was done and why, how it went, and both as a plot for a terminal. */
public final class RunReport {
    private static final int WIDTH = 100;
    private static final int HEIGHT = 16;

    private final Run run;

    /** Of that run. */
    public RunReport(Run run) {
        this.run = run;
    }

    /** Scores, changes with their reasons, and the plot. */
    @Override
    public String toString() {
        return scores() + "\n" + plot() + "\n" + changes();
    }

    /** How it went, a line for each figure. */
    public String scores() {
        Scores scores = run.scores();
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%s: %.2f %% of the time over the objective (%d s), %.1f node hours, %d changes",
                run.trace(),
                scores.late(),
                scores.lateSeconds(),
                scores.nodeHours(),
                scores.actions()));
        lines.add(String.format(
                Locale.ROOT,
                "too few nodes: by %.2f %% (theta_U), for %.2f %% of the time (tau_U)",
                scores.under(),
                scores.underTime()));
        lines.add(String.format(
                Locale.ROOT,
                "too many: by %.2f %% (theta_O), for %.2f %% of the time (tau_O)",
                scores.over(),
                scores.overTime()));
        lines.add(String.format(
                Locale.ROOT,
                "supply and demand moved in different directions for %.2f %% of the time (upsilon)",
                scores.instability()));
        return String.join("\n", lines) + "\n";
    }

    /** Each change of the number of nodes, with its reason. */
    public String changes() {
        StringBuilder text = new StringBuilder("    time  needed  wanted  decided  busy  late  why\n");
        for (Row row : run.rows()) {
            if (row.decided() != row.wanted()) {
                text.append(String.format(
                        Locale.ROOT,
                        "%8s  %6d  %6d  %7d  %4.2f  %3ds  %s%n",
                        time(row.second()),
                        row.needed(),
                        row.wanted(),
                        row.decided(),
                        row.busy(),
                        row.lateSeconds(),
                        row.reason()));
            }
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    static String time(int seconds) {
        return String.format(Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }

    /** Nodes over time: {@code #} serve, {@code .} are wanted beside, {@code n} are needed; {@code !} below is time over the objective. */
    public String plot() {
        int columns = Math.min(WIDTH, run.rows().size());
        int[] needed = largest(columns, Row::needed);
        int[] wanted = largest(columns, Row::wanted);
        int[] serving = largest(columns, Row::serving);
        int[] late = largest(columns, Row::lateSeconds);
        int most = 1;
        for (int column = 0; column < columns; column++) {
            most = Math.max(most, Math.max(needed[column], Math.max(wanted[column], serving[column])));
        }
        StringBuilder text = new StringBuilder();
        for (int line = HEIGHT; line >= 1; line--) {
            text.append(String.format(Locale.ROOT, "%5.0f |", line * (double) most / HEIGHT));
            for (int column = 0; column < columns; column++) {
                int at = level(needed[column], most);
                boolean isNeeded = at == line;
                boolean serves = level(serving[column], most) >= line;
                boolean isWanted = level(wanted[column], most) >= line;
                text.append(isNeeded ? 'n' : serves ? '#' : isWanted ? '.' : ' ');
            }
            endLine(text);
        }
        text.append("  late|");
        for (int column = 0; column < columns; column++) {
            text.append(late[column] > 0 ? '!' : ' ');
        }
        endLine(text);
        Row last = run.rows().get(run.rows().size() - 1);
        return text + "      0:00:00 to " + time(last.second())
                + "; # serving, . wanted, n needed, ! over the objective\n";
    }

    private static void endLine(StringBuilder text) {
        while (text.charAt(text.length() - 1) == ' ') {
            text.setLength(text.length() - 1);
        }
        text.append('\n');
    }

    private static int level(int nodes, int most) {
        return (int) Math.round(nodes * (double) HEIGHT / most);
    }

    /** The largest of a figure in each column's time. */
    private int[] largest(int columns, ToIntFunction<Row> figure) {
        int[] values = new int[columns];
        Arrays.fill(values, 0);
        int rows = run.rows().size();
        for (int i = 0; i < rows; i++) {
            int column = (int) ((long) i * columns / rows);
            values[column] =
                    Math.max(values[column], figure.applyAsInt(run.rows().get(i)));
        }
        return values;
    }
}
