package io.holdfast.backup.plan;

import io.holdfast.core.spi.StateTrial;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Restores a state that is the number of its last entry, and a log of which each part says up to where it goes: "state of 7", "log to 9". */
final class NumberTrial implements StateTrial {
    private static final Pattern NUMBER = Pattern.compile("(?:state of|log to) (\\d+)");

    private @Nullable Restored restored;

    @Override
    public void check() {}

    @Override
    public Restored restore(int epoch, InputStream state, @Nullable InputStream log, long index, long millis)
            throws IOException {
        long begin = last(state, -1);
        if (begin < 0 || begin > index) {
            throw new IOException("the state is of entry " + begin + ", and " + index + " was wanted");
        }
        long end = log == null ? begin : last(log, begin);
        if (end < index) {
            throw new IOException("the log ends with entry " + end + ", and " + index + " was wanted");
        }
        Restored done = new Restored("trial", "disk", begin, index, 1, 1_796_000_000_000L, epoch);
        restored = done;
        return done;
    }

    private static long last(InputStream in, long otherwise) throws IOException {
        Matcher numbers = NUMBER.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        long last = otherwise;
        while (numbers.find()) {
            last = Math.max(last, Long.parseLong(numbers.group(1)));
        }
        return last;
    }

    @Override
    public Map<String, Long> replay(LongConsumer progress) {
        long index = Objects.requireNonNull(restored).index();
        progress.accept(index);
        return Map.of("maps", index);
    }
}
