package io.holdfast.core.internal.configuration;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the text of a Java properties file as {@link java.util.Properties} does, and keeps what that forgets: lines, and keys
 * that are there twice.
 */
public final class PropertiesText {
    private final String text;
    private final List<Property> properties = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private int at;
    private int line = 1;

    /** A key with its value, and the line where it begins, from 1. */
    public record Property(String key, String value, int line) {}

    /** What cannot be read, and where. */
    public record Problem(int line, String text) {}

    private PropertiesText(String text) {
        this.text = text;
    }

    /** Reads all of it. */
    public static PropertiesText read(String text) {
        PropertiesText reader = new PropertiesText(text.startsWith("\uFEFF") ? text.substring(1) : text);
        while (reader.at < reader.text.length()) {
            reader.logicalLine();
        }
        return reader;
    }

    /** In the order of the file; a key may be there several times. */
    public List<Property> properties() {
        return properties;
    }

    /** What could not be read. */
    public List<Problem> problems() {
        return problems;
    }

    private void logicalLine() {
        skipBlanks();
        if (at >= text.length()) {
            return;
        }
        char first = text.charAt(at);
        if (isEnd(first)) {
            endLine();
            return;
        }
        if (first == '#' || first == '!') {
            while (at < text.length() && !isEnd(text.charAt(at))) {
                at++;
            }
            return;
        }
        int began = line;
        int problemsBefore = problems.size();
        String key = part(true);
        skipSeparator();
        String value = part(false);
        if (problems.size() == problemsBefore) {
            properties.add(new Property(key, value, began));
        }
    }

    private void skipSeparator() {
        skipBlanksAndContinuations();
        if (at < text.length() && (text.charAt(at) == '=' || text.charAt(at) == ':')) {
            at++;
            skipBlanksAndContinuations();
        }
    }

    /** Up to the end of the line, or of the key. */
    private String part(boolean isKey) {
        StringBuilder part = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\\') {
                at++;
                escape(part);
            } else if (isEnd(c) || (isKey && (c == '=' || c == ':' || isBlank(c)))) {
                break;
            } else {
                part.append(c);
                at++;
            }
        }
        return part.toString();
    }

    /** What follows a backslash. */
    private void escape(StringBuilder part) {
        if (at >= text.length()) {
            return;
        }
        char c = text.charAt(at);
        if (isEnd(c)) {
            endLine();
            skipBlanks();
            return;
        }
        at++;
        switch (c) {
            case 't' -> part.append('\t');
            case 'n' -> part.append('\n');
            case 'r' -> part.append('\r');
            case 'f' -> part.append('\f');
            case 'u' -> unicode(part);
            default -> part.append(c);
        }
    }

    private void unicode(StringBuilder part) {
        int end = at + 4;
        if (end > text.length() || !text.substring(at, end).matches("[0-9A-Fa-f]{4}")) {
            problems.add(new Problem(
                    line,
                    "\\u is not followed by four hexadecimal digits; for a backslash, in a path for example, write two,"
                            + " or use /"));
            return;
        }
        part.append((char) Integer.parseInt(text.substring(at, end), 16));
        at = end;
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private void skipBlanksAndContinuations() {
        skipBlanks();
        while (at + 1 < text.length() && text.charAt(at) == '\\' && isEnd(text.charAt(at + 1))) {
            at++;
            endLine();
            skipBlanks();
        }
    }

    /** Over one line end, of one or two characters. */
    private void endLine() {
        boolean two = text.charAt(at) == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n';
        at += two ? 2 : 1;
        line++;
    }

    private static boolean isEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\f';
    }
}
