package io.holdfast.examples.demo;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * What the user sees while it runs: events as lines, and the state either as a block that is drawn again and again at the
 * foot of a terminal, or as a line a second.
 */
final class Display {
    private static final long LIVE_NANOS = 200_000_000L;
    private static final long PLAIN_NANOS = 1_000_000_000L;
    private static final String UP_AND_ERASE = "\033[1A\033[2K";

    private final PrintStream out;
    private final boolean live;
    private final int columns;
    private final long startNanos = System.nanoTime();
    private long shownNanos = startNanos - PLAIN_NANOS;
    private int blockLines;

    Display(PrintStream out, boolean live, int columns) {
        this.out = out;
        this.live = live;
        this.columns = columns;
    }

    /** Something has happened. */
    void event(String text) {
        eraseBlock();
        out.println(String.format(Locale.ROOT, "%6.2f s  %s", seconds(), text));
        out.flush();
    }

    /** A line without a time. */
    void plain(String text) {
        eraseBlock();
        out.println(text);
        out.flush();
    }

    /** True if {@link #state} would show something now. */
    boolean isDue() {
        return System.nanoTime() - shownNanos >= (live ? LIVE_NANOS : PLAIN_NANOS);
    }

    /** The state, as lines for a block. */
    void state(List<String> lines) {
        shownNanos = System.nanoTime();
        if (!live) {
            event(String.join("  ", lines));
            return;
        }
        eraseBlock();
        for (String line : lines) {
            // A line that wraps could not be erased again.
            out.println(line.length() < columns ? line : line.substring(0, columns - 1));
        }
        blockLines = lines.size();
        out.flush();
    }

    private void eraseBlock() {
        out.print(UP_AND_ERASE.repeat(blockLines));
        blockLines = 0;
    }

    /** Since this began. */
    double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
