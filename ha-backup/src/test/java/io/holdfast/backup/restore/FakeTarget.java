package io.holdfast.backup.restore;

import io.holdfast.core.spi.StateRestorer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Restores what {@link Archive} has made, by the rules of a real one. */
final class FakeTarget implements StateRestorer {
    boolean empty = true;

    @Override
    public void check() {
        if (!empty) {
            throw new IllegalArgumentException("it is not empty");
        }
    }

    @Override
    public Restored restore(int epoch, InputStream state, @Nullable InputStream log, long upToIndex, long upToMillis)
            throws IOException {
        long begin = Long.parseLong(new String(state.readAllBytes(), StandardCharsets.UTF_8));
        if (begin > upToIndex || Archive.at(begin) > upToMillis) {
            throw new IllegalArgumentException("the state is later than is wanted");
        }
        long last = begin;
        BufferedReader lines = new BufferedReader(
                new InputStreamReader(log == null ? InputStream.nullInputStream() : log, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            long index = Long.parseLong(line);
            if (index > last + 1) {
                throw new IOException("entry " + index + " follows entry " + last);
            }
            if (index > upToIndex || Archive.at(index) > upToMillis) {
                break;
            }
            last = Math.max(last, index);
        }
        empty = false;
        return new Restored("new", "disk", begin, last, 7, Archive.at(last), epoch);
    }
}
