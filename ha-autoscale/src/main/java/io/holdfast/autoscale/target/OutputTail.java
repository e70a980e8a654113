package io.holdfast.autoscale.target;

import io.holdfast.core.spi.Printable;
import java.util.List;

/** The last that a program said, as a part of a message. */
final class OutputTail {
    private OutputTail() {}

    /**
     * Its last lines, in one.
     *
     * @param cut whether it begins in the middle of a line
     */
    static String lastLines(String text, boolean cut, int lines, int longestLine) {
        String whole = cut ? text.substring(text.indexOf('\n') + 1) : text;
        List<String> all = whole.lines()
                .map(line -> Printable.of(line.strip(), longestLine))
                .filter(line -> !line.isEmpty())
                .toList();
        return String.join(" | ", all.subList(Math.max(0, all.size() - lines), all.size()));
    }
}
