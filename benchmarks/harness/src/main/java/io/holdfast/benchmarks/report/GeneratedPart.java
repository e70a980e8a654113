package io.holdfast.benchmarks.report;

/** A part of a page that a command makes: between {@code <!-- made: NAME -->} and {@code <!-- end of what is made -->}. */
public final class GeneratedPart {
    private static final String END = "<!-- end of what is made -->";

    private GeneratedPart() {}

    /** The page with another text there. */
    public static String replace(String page, String name, String text) {
        String begin = "<!-- made: " + name + " -->\n";
        int from = page.indexOf(begin);
        int to = from < 0 ? -1 : page.indexOf(END, from);
        if (to < 0) {
            throw new IllegalArgumentException("the page has no " + begin.strip() + " with " + END + " behind it");
        }
        return page.substring(0, from + begin.length()) + text.strip() + "\n" + page.substring(to);
    }
}
