package io.holdfast.autoscale.replay;

import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/** Runs as an SVG picture, one above the other: what was needed, wanted, and served, and when the objective was missed. */
public final class RunPlot {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 190;
    private static final int LEFT = 46;
    private static final int TOP = 34;
    private static final int BOTTOM = 26;
    private static final int POINTS = 800;

    private final List<Run> runs;
    private final List<String> titles;

    /** Of those, with a title each. */
    public RunPlot(List<Run> runs, List<String> titles) {
        if (runs.isEmpty() || runs.size() != titles.size()) {
            throw new IllegalArgumentException(
                    "each of some runs has a title, not " + runs.size() + " and " + titles.size());
        }
        this.runs = List.copyOf(runs);
        this.titles = List.copyOf(titles);
    }

    /** The picture, as an SVG document. */
    public String svg() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n",
                WIDTH,
                HEIGHT * runs.size()));
        text.append(String.format(
                Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", WIDTH, HEIGHT * runs.size()));
        int most = 1;
        for (Run run : runs) {
            for (Row row : run.rows()) {
                most = Math.max(most, Math.max(row.needed(), Math.max(row.wanted(), row.serving())));
            }
        }
        for (int i = 0; i < runs.size(); i++) {
            panel(text, runs.get(i), titles.get(i), i * HEIGHT, most);
        }
        return text.append("</svg>\n").toString().replace(System.lineSeparator(), "\n");
    }

    private static void panel(StringBuilder text, Run run, String title, int top, int most) {
        int base = top + HEIGHT - BOTTOM;
        text.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" fill=\"#222222\">%s</text>%n",
                LEFT,
                top + 18,
                title.replace("&", "&amp;").replace("<", "&lt;")));
        text.append(String.format(
                Locale.ROOT,
                "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#888888\"/>%n",
                LEFT,
                top + TOP,
                base,
                WIDTH - 10));
        text.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#555555\">%d</text>%n",
                LEFT - 6,
                top + TOP + 10,
                most));
        late(text, run, top);
        line(text, run, top, most, Row::wanted, "#9ecae1");
        line(text, run, top, most, Row::serving, "#2171b5");
        line(text, run, top, most, Row::needed, "#e6550d");
        text.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" fill=\"#555555\">%s; needed (orange), wanted (light), serving (blue), over the objective (red)</text>%n",
                LEFT,
                base + 17,
                RunReport.time(last(run))));
    }

    private static int last(Run run) {
        return run.rows().get(run.rows().size() - 1).second();
    }

    private static double x(Run run, int second) {
        return LEFT + (double) (WIDTH - 10 - LEFT) * second / last(run);
    }

    private static void line(StringBuilder text, Run run, int top, int most, ToIntFunction<Row> figure, String colour) {
        int base = top + HEIGHT - BOTTOM;
        int every = Math.max(1, run.rows().size() / POINTS);
        StringBuilder path = new StringBuilder();
        int before = Integer.MIN_VALUE;
        for (int i = 0; i < run.rows().size(); i += every) {
            Row row = run.rows().get(i);
            int value = figure.applyAsInt(row);
            if (value != before) {
                double y = base - (double) (HEIGHT - BOTTOM - TOP) * value / most;
                path.append(String.format(
                        Locale.ROOT, path.length() == 0 ? "M%.1f %.1f" : "H%.1fV%.1f", x(run, row.second()), y));
                before = value;
            }
        }
        path.append("H").append(WIDTH - 10);
        text.append(String.format(
                Locale.ROOT, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n", path, colour));
    }

    private static void late(StringBuilder text, Run run, int top) {
        int begin = 0;
        int before = 0;
        for (Row row : run.rows()) {
            boolean is = row.lateSeconds() > 0;
            if (is && begin == 0) {
                begin = before + 1;
            }
            if (begin > 0 && (!is || row.second() == last(run))) {
                text.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"5\" fill=\"#cb181d\"/>%n",
                        x(run, begin),
                        top + HEIGHT - BOTTOM - 5,
                        Math.max(0.5, x(run, row.second()) - x(run, begin))));
                begin = 0;
            }
            before = row.second();
        }
    }
}
