package io.holdfast.backup.source;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The last that a process has said, in a fixed amount of memory. Safe from any thread. */
final class Tail {
    private static final int KEPT = 8 * 1024;
    private static final int LINES = 20;
    private static final int SHORTEST_SECRET = 4;

    private final byte[] ring = new byte[KEPT];
    private final Collection<String> secrets;
    private long total;

    Tail(Collection<String> secrets) {
        this.secrets = secrets;
    }

    synchronized void add(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            ring[(int) (total++ % KEPT)] = bytes[i];
        }
    }

    /** How much was said, in bytes. */
    synchronized long total() {
        return total;
    }

    /** The last lines, at most {@value #LINES}; without the first part of a line that is no longer known as a whole. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (String line : text().split("[\r\n]+")) {
            if (!line.isBlank()) {
                lines.add(withoutSecrets(line.strip()));
            }
        }
        return List.copyOf(lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }

    private synchronized String text() {
        int length = (int) Math.min(total, KEPT);
        byte[] last = new byte[length];
        for (int i = 0; i < length; i++) {
            last[i] = ring[(int) ((total - length + i) % KEPT)];
        }
        String text = new String(last, StandardCharsets.UTF_8);
        return total > KEPT ? text.substring(text.indexOf('\n') + 1) : text;
    }

    private String withoutSecrets(String line) {
        String shown = line;
        for (String secret : secrets) {
            if (secret.length() >= SHORTEST_SECRET) {
                shown = shown.replace(secret, "***");
            }
        }
        return shown;
    }
}
