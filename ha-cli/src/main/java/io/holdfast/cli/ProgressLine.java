package io.holdfast.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** How far something is: a bar that is drawn again and again on a terminal, else a line whenever there is more to say. */
final class ProgressLine {
    private static final int WIDTH = 24;
    private static final int LONGEST = 100;

    private final PrintWriter out;
    private final boolean terminal;
    private String shown = "";

    ProgressLine(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** True if a bar can be drawn. */
    static boolean isTerminal() {
        String term = System.getenv("TERM");
        return term != null
                && !term.equals("dumb")
                && Optional.ofNullable(System.console())
                        .filter(ProgressLine::isTerminal)
                        .isPresent();
    }

    /** From release 22 on there is a console also where output goes into a file; it has a method then that tells. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException before22) {
            return true;
        } catch (ReflectiveOperationException unknown) {
            return false;
        }
    }

    /**
     * So much is done.
     *
     * @param what is going on
     * @param of how much there is to do, about; 0 if that is not known
     */
    void at(String what, long done, long of) {
        String line = of <= 0
                ? what + (done > 0 ? "  " + Units.bytes(done) : "")
                : String.format(
                        Locale.ROOT,
                        "%s  %s%3d %%  %s of about %s",
                        what,
                        terminal ? bar(done, of) + " " : "",
                        percent(done, of),
                        Units.bytes(done),
                        Units.bytes(of));
        String cut = line.length() > LONGEST ? line.substring(0, LONGEST) : line;
        if (!terminal) {
            if (!cut.equals(shown)) {
                out.println(cut);
            }
        } else {
            out.print("\r" + cut + " ".repeat(Math.max(0, shown.length() - cut.length())));
        }
        out.flush();
        shown = cut;
    }

    private static long percent(long done, long of) {
        return Math.min(100, (long) (100.0 * (double) done / (double) of));
    }

    private static String bar(long done, long of) {
        int filled = (int) (percent(done, of) * WIDTH / 100);
        return "[" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "]";
    }

    /** What comes next begins at the begin of a line. */
    void end() {
        if (terminal && !shown.isEmpty()) {
            out.print("\r" + " ".repeat(shown.length()) + "\r");
            out.flush();
        }
        shown = "";
    }
}
