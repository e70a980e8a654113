package io.holdfast.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Bars in groups on a logarithmic scale, as SVG: a group for each kind of work, a bar in it for each system. */
public final class BarPlot {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 16;
    private static final int TOP = 76;
    private static final int BOTTOM = 46;
    private static final List<String> COLOURS =
            List.of("#0b6e4f", "#bfc9d1", "#8a97a0", "#d9822b", "#7d5ba6", "#c23b22", "#2f7ebc", "#a8a03a");

    private record Group(String label, List<OptionalDouble> values) {}

    private final String title;
    private final String unit;
    private final List<String> series;
    private final List<Group> groups = new ArrayList<>();

    /** A plot; one colour for each of the series, eight at the most. */
    public BarPlot(String title, String unit, List<String> series) {
        if (series.isEmpty() || series.size() > COLOURS.size()) {
            throw new IllegalArgumentException(series.size() + " series are not within 1 to " + COLOURS.size());
        }
        this.title = title;
        this.unit = unit;
        this.series = List.copyOf(series);
    }

    /** Adds a group; a value for each of the series, empty for no bar. */
    public void add(String label, List<OptionalDouble> values) {
        if (values.size() != series.size()) {
            throw new IllegalArgumentException(values.size() + " values for " + series.size() + " series");
        }
        groups.add(new Group(label, List.copyOf(values)));
    }

    /** Replaces the file. */
    public void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, toSvg());
    }

    String toSvg() {
        StringBuilder svg = new StringBuilder();
        svg.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n",
                WIDTH, HEIGHT));
        svg.append(format("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, HEIGHT));
        text(svg, LEFT, 24, "start", 16, title);
        legend(svg);
        int low = decade(true);
        int high = Math.max(low + 1, decade(false));
        for (int power = low; power <= high; power++) {
            double y = y(Math.pow(10, power), low, high);
            svg.append(format(
                    "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>\n",
                    LEFT, y, WIDTH - RIGHT, y));
            text(svg, LEFT - 6, y + 4, "end", 12, Figures.format(Math.pow(10, power)));
        }
        text(svg, 8, TOP - 8, "start", 12, unit);
        for (int group = 0; group < groups.size(); group++) {
            bars(svg, group, low, high);
        }
        return svg.append("</svg>\n").toString();
    }

    private void legend(StringBuilder svg) {
        double x = LEFT;
        for (int i = 0; i < series.size(); i++) {
            svg.append(
                    format("<rect x=\"%.1f\" y=\"36\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x, COLOURS.get(i)));
            text(svg, x + 16, 46, "start", 12, series.get(i));
            x += 34 + series.get(i).length() * 7.0;
        }
    }

    private void bars(StringBuilder svg, int number, int low, int high) {
        Group group = groups.get(number);
        double room = (WIDTH - LEFT - RIGHT) / (double) groups.size();
        double left = LEFT + number * room + room * 0.08;
        double width = room * 0.84 / series.size();
        for (int i = 0; i < series.size(); i++) {
            OptionalDouble value = group.values().get(i);
            if (value.isPresent() && value.getAsDouble() > 0) {
                double y = y(value.getAsDouble(), low, high);
                svg.append(format(
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"><title>%s</title></rect>\n",
                        left + i * width,
                        y,
                        width * 0.9,
                        Math.max(1, HEIGHT - BOTTOM - y),
                        COLOURS.get(i),
                        escape(series.get(i) + ", " + group.label() + ": " + Figures.format(value) + " " + unit)));
            }
        }
        text(svg, LEFT + (number + 0.5) * room, HEIGHT - BOTTOM + 20, "middle", 12, group.label());
    }

    private int decade(boolean lowest) {
        double extreme = lowest ? Double.MAX_VALUE : Double.MIN_VALUE;
        for (Group group : groups) {
            for (OptionalDouble value : group.values()) {
                if (value.isPresent() && value.getAsDouble() > 0) {
                    extreme = lowest ? Math.min(extreme, value.getAsDouble()) : Math.max(extreme, value.getAsDouble());
                }
            }
        }
        if (extreme == Double.MAX_VALUE || extreme == Double.MIN_VALUE) {
            return 0;
        }
        return (int) (lowest ? Math.floor(Math.log10(extreme)) : Math.ceil(Math.log10(extreme)));
    }

    private static double y(double value, int low, int high) {
        return HEIGHT - BOTTOM - (Math.log10(value) - low) / (high - low) * (HEIGHT - BOTTOM - TOP);
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, int size, String text) {
        svg.append(format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n",
                x, y, anchor, size, escape(text)));
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
