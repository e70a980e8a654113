package io.holdfast.verification.torture;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What clients did and saw, one line of JSON for each call and each answer, in the shape of Jepsen's histories. A line is
 * written before a call is made and after its answer is there, so that the file's order is that of the events. Safe from any
 * thread.
 *
 * <pre>{@code
 * {"process":3,"type":"invoke","f":"cas","key":"k-7","value":["3.17","3.18"],"time":1200345678}
 * {"process":3,"type":"ok","f":"cas","key":"k-7","value":["3.17","3.18"],"time":1201234567}
 * }</pre>
 *
 * <p>A compare-and-set that found something else is {@code fail}, as in Jepsen, with {@code "error":"mismatch"}: it changed
 * nothing, but has seen that the value was not the expected one.
 */
final class HistoryWriter implements AutoCloseable {
    static final String INVOKE = "invoke";
    static final String OK = "ok";
    static final String FAIL = "fail";
    static final String INFO = "info";
    static final String MISMATCH = "mismatch";

    private final BufferedWriter out;
    private final long beginNanos = System.nanoTime();
    private final AtomicInteger processes = new AtomicInteger();
    private long lines; // guarded by this

    HistoryWriter(Path file) throws IOException {
        out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    }

    /** A process id that was never used before. */
    int newProcess() {
        return processes.getAndIncrement();
    }

    /**
     * Writes a line.
     *
     * @param value as JSON
     * @param error more about a failure, empty for nothing
     */
    synchronized void write(int process, String type, String f, String key, String value, String error)
            throws IOException {
        out.write("{\"process\":" + process + ",\"type\":\"" + type + "\",\"f\":\"" + f + "\",\"key\":\"" + key
                + "\",\"value\":" + value + ",\"time\":" + (System.nanoTime() - beginNanos)
                + (error.isEmpty() ? "" : ",\"error\":\"" + error + "\"") + "}\n");
        lines++;
    }

    /** A value as JSON. Ours have no characters that would have to be escaped. */
    static String json(@Nullable String value) {
        return value == null ? "null" : "\"" + value + "\"";
    }

    /** The pair of a compare-and-set as JSON. */
    static String json(@Nullable String expected, @Nullable String update) {
        return "[" + json(expected) + "," + json(update) + "]";
    }

    synchronized long lines() {
        return lines;
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
