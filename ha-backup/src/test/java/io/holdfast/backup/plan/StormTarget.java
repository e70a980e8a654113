package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.StateTrial;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Puts together what a real restore would, from what {@link StormLog} writes, and remembers what it was. */
final class StormTarget implements StateTrial {
    /** As which the state is known where hashes are compared. */
    static final String MACHINE = "maps";

    private String logId = "";
    private long index;
    private long sum;

    @Override
    public void check() {}

    @Override
    public Restored restore(int epoch, InputStream state, @Nullable InputStream log, long upToIndex, long upToMillis)
            throws IOException {
        String[] words =
                new String(state.readAllBytes(), StandardCharsets.UTF_8).strip().split(" ");
        logId = words[0];
        long begin = Long.parseLong(words[1]);
        long last = begin;
        sum = Long.parseLong(words[2]);
        long millis = Long.parseLong(words[3]);
        assertTrue(begin <= upToIndex && millis <= upToMillis, "the backup is later than what is wanted");
        BufferedReader lines = new BufferedReader(
                new InputStreamReader(log == null ? InputStream.nullInputStream() : log, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] entry = line.split(" ");
            long number = Long.parseLong(entry[0]);
            long at = Long.parseLong(entry[2]);
            assertTrue(number <= last + 1, "entry " + number + " follows entry " + last);
            if (number > upToIndex || at > upToMillis) {
                break;
            }
            if (number == last + 1) {
                last = number;
                sum = StormLog.after(sum, Long.parseLong(entry[1]));
                millis = at;
            }
        }
        index = last;
        return new Restored("new", "disk", begin, last, 1, millis, epoch);
    }

    @Override
    public Map<String, Long> replay(LongConsumer progress) {
        progress.accept(index);
        return Map.of(MACHINE, sum);
    }

    /** Of the log that was restored. */
    String logId() {
        return logId;
    }

    /** What the state is after the last entry. */
    long sum() {
        return sum;
    }
}
