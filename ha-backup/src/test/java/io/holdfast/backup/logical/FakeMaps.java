package io.holdfast.backup.logical;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.LogGapException;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateCut;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Maps and a log of a millisecond for each entry, in a form of the tests' own. A value may be named by the log without being in a map. */
final class FakeMaps implements ReplicatedState {
    static final String LOG_ID = "9d0f.0";
    /** When entry 0 would have been taken. */
    static final long BEGINNING = 1_796_000_000_000L;

    private static final int TOUCHES_OF_A_PART = 3;

    private record Command(long index, String map, String key) {}

    final Map<String, TreeMap<String, String>> maps = new TreeMap<>();
    private final List<Command> log = new ArrayList<>();
    long base;
    long index;
    int cutsOpen;
    String partsOf = LOG_ID;

    /** @param key empty for all of the map */
    FakeMaps named(String map, String key) {
        index++;
        log.add(new Command(index, map, key));
        return this;
    }

    FakeMaps put(String map, String key, String value) {
        maps.computeIfAbsent(map, name -> new TreeMap<>()).put(key, value);
        return named(map, key);
    }

    FakeMaps remove(String map, String key) {
        maps.getOrDefault(map, new TreeMap<>()).remove(key);
        return named(map, key);
    }

    FakeMaps clear(String map) {
        maps.remove(map);
        return named(map, "");
    }

    private byte[] entries() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (Map.Entry<String, TreeMap<String, String>> map : maps.entrySet()) {
                for (Map.Entry<String, String> entry : map.getValue().entrySet()) {
                    out.writeUTF(map.getKey());
                    out.writeUTF(entry.getKey());
                    out.writeUTF(entry.getValue());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] touches(List<Command> commands) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (Command command : commands) {
                out.writeLong(command.index());
                out.writeUTF(command.map());
                out.writeUTF(command.key());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private final class Cut implements StateCut {
        private final byte[] bytes = entries();
        private final long at = index;

        Cut() {
            cutsOpen++;
        }

        @Override
        public String logId() {
            return LOG_ID;
        }

        @Override
        public long index() {
            return at;
        }

        @Override
        public long term() {
            return 7;
        }

        @Override
        public long wallMillis() {
            return BEGINNING + at;
        }

        @Override
        public long bytes() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public void close() {
            cutsOpen--;
        }
    }

    @Override
    public StateContents contents() {
        return new StateContents() {
            @Override
            public void entries(InputStream cut, EntryVisitor each) throws IOException {
                DataInputStream in = new DataInputStream(cut);
                while (in.available() > 0) {
                    byte[] map = in.readUTF().getBytes(UTF_8);
                    byte[] key = in.readUTF().getBytes(UTF_8);
                    each.entry(new Entry(map, key, in.readUTF().getBytes(UTF_8), 0));
                }
            }

            @Override
            public void touched(InputStream log, TouchVisitor each) throws IOException {
                DataInputStream in = new DataInputStream(log);
                while (in.available() > 0) {
                    long at = in.readLong();
                    byte[] map = in.readUTF().getBytes(UTF_8);
                    String key = in.readUTF();
                    each.touch(new Touch(at, BEGINNING + at, map, key.isEmpty() ? null : key.getBytes(UTF_8)));
                }
            }
        };
    }

    @Override
    public CompletionStage<StateCut> cut(Duration limit) {
        return CompletableFuture.completedFuture(new Cut());
    }

    /** A part begins one entry earlier than it has to, where it can. */
    @Override
    public CompletionStage<LogPart> logAfter(long after, int maxBytes, Duration limit) {
        if (after < base) {
            return CompletableFuture.failedFuture(new LogGapException("entries up to " + base + " are gone", base));
        }
        List<Command> part = log.stream()
                .filter(command -> command.index() >= Math.max(after, base + 1))
                .limit(TOUCHES_OF_A_PART)
                .toList();
        if (part.isEmpty() || part.get(part.size() - 1).index() <= after) {
            return CompletableFuture.completedFuture(new LogPart("", after + 1, after, 0, 0, 0, new byte[0]));
        }
        long first = part.get(0).index();
        long last = part.get(part.size() - 1).index();
        return CompletableFuture.completedFuture(
                new LogPart(partsOf, first, last, 7, BEGINNING + first, BEGINNING + last, touches(part)));
    }

    @Override
    public Optional<String> logId() {
        return Optional.of(LOG_ID);
    }

    @Override
    public Optional<RoleHolder> announcedMaster() {
        return Optional.empty();
    }

    @Override
    public void onMaster(Runnable listener) {}

    @Override
    public boolean isMaster() {
        return false;
    }

    @Override
    public long position() {
        return index;
    }

    @Override
    public CompletionStage<Void> confirm(Bound bound, Duration limit) {
        return new CompletableFuture<>();
    }
}
