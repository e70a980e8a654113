package io.holdfast.core.spi;

/**
 * What a far end said, for logs and terminals. A line end of its own would forge a line, an escape sequence command a terminal,
 * a mark of writing direction show another text than the one that stands there; and a long text fills the disk.
 */
public final class Printable {
    private Printable() {}

    /**
     * The text with a question mark for each control character (those of 0x80 to 0x9F too), line or paragraph separator and
     * invisible formatting character (direction marks, zero-width ones).
     *
     * @param most UTF-16 units that are kept
     */
    public static String of(String text, int most) {
        int end = Math.min(text.length(), most);
        if (end < text.length() && end > 0 && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        StringBuilder clean = new StringBuilder(end);
        text.substring(0, end).codePoints().forEach(c -> clean.appendCodePoint(isHarmless(c) ? c : '?'));
        return clean.toString();
    }

    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
