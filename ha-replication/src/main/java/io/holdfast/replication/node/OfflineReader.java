package io.holdfast.replication.node;

import io.holdfast.core.runtime.Storage;
import io.holdfast.replication.OfflineDirectory.Check;
import io.holdfast.replication.OfflineDirectory.Entry;
import io.holdfast.replication.OfflineDirectory.State;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.DamagedFileException;
import io.holdfast.replication.log.HardState;
import io.holdfast.replication.log.HardStateFile;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.IdentityFile;
import io.holdfast.replication.log.LogBase;
import io.holdfast.replication.log.LogScanner;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.snapshot.DamagedSnapshotException;
import io.holdfast.replication.snapshot.SnapshotFile;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotReader;
import io.holdfast.replication.snapshot.SnapshotStore;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a stopped node's directory for {@link io.holdfast.replication.OfflineDirectory}. */
public final class OfflineReader {
    private static final byte[] NOTHING = {};

    private final Storage storage = Storage.files();
    private final Path directory;
    private final Identity identity;
    private final List<String> problems = new ArrayList<>();

    private OfflineReader(Path directory) throws IOException {
        this.directory = directory;
        Identity found = IdentityFile.load(storage, directory);
        if (found == null) {
            throw new IOException(directory + " is no node's directory: there is no identity in it");
        }
        this.identity = found;
    }

    /** See {@link io.holdfast.replication.OfflineDirectory#verify}. */
    public static Check verify(Path directory) throws IOException {
        return new OfflineReader(directory).check();
    }

    /** See {@link io.holdfast.replication.OfflineDirectory#entries}. */
    public static void entries(Path directory, long from, long to, Consumer<Entry> each) throws IOException {
        OfflineReader reader = new OfflineReader(directory);
        LogBase base = reader.base();
        // What comes before the last beginning is no part of the log.
        int[] beginnings = {0, 0};
        LogScanner.scan(reader.storage, directory.resolve("log"), base, new LogScanner.Visitor() {
            @Override
            public void begins(LogBase begin) {
                beginnings[0]++;
            }

            @Override
            public void batch(Path file, long offset, ByteBuf batch) {}
        });
        LogScanner.scan(reader.storage, directory.resolve("log"), base, new LogScanner.Visitor() {
            @Override
            public void begins(LogBase begin) {
                beginnings[1]++;
            }

            @Override
            public void batch(Path file, long offset, ByteBuf batch) {
                if (beginnings[1] == beginnings[0]) {
                    hand(file, offset, batch);
                }
            }

            private void hand(Path file, long offset, ByteBuf batch) {
                if (Batch.lastIndex(batch) < from || Batch.firstIndex(batch) > to) {
                    return;
                }
                Batch.Entries entries = Batch.entries(batch);
                while (entries.next()) {
                    if (entries.index() >= from && entries.index() <= to) {
                        each.accept(entry(file, offset, batch, entries));
                    }
                }
            }
        });
    }

    private Check check() throws IOException {
        HardState vote = vote();
        LogBase base = base();
        long[] first = {1};
        LogScanner.Report log = LogScanner.scan(storage, directory.resolve("log"), base, new LogScanner.Visitor() {
            @Override
            public void begins(LogBase begin) {
                first[0] = begin.index() + 1;
            }

            @Override
            public void batch(Path file, long offset, ByteBuf batch) {}
        });
        State state = problems.isEmpty() ? State.WHOLE : State.DAMAGED;
        if (log.ending() == LogScanner.Ending.DAMAGED) {
            state = State.DAMAGED;
            problems.add(log.detail());
        } else if (log.ending() == LogScanner.Ending.TORN) {
            state = state == State.DAMAGED ? state : State.TORN_TAIL;
            problems.add("the log in " + directory.resolve("log") + " ends in a torn write after index "
                    + log.lastIndex() + ": " + log.detail());
        }
        return new Check(
                identity.clusterName(),
                identity.clusterId().toString(),
                identity.nodeId(),
                identity.diskId().toString(),
                state,
                problems,
                vote == null ? 0 : vote.term(),
                vote == null ? "" : vote.votedFor(),
                base.index(),
                first[0],
                log.lastIndex(),
                log.lastTerm(),
                Math.max(base.index(), log.commitIndex()),
                log.durableIndex(),
                log.doubtful());
    }

    /** Null if it cannot be read. */
    private @Nullable HardState vote() throws IOException {
        try {
            HardStateFile.Content content = HardStateFile.read(storage, directory);
            if (content.doubtful()) {
                problems.add(
                        "file " + directory.resolve("vote") + ": one of its two slots cannot be read, or could not be"
                                + " earlier: a vote may have been forgotten");
            }
            return content.state();
        } catch (DamagedFileException e) {
            problems.add(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private LogBase base() throws IOException {
        UUID logId = identity.logId();
        try {
            SnapshotFile newest = SnapshotStore.newest(storage, directory.resolve("snapshots"), logId);
            if (newest == null) {
                return LogBase.NONE;
            }
            SnapshotMeta meta = newest.read(SnapshotReader::meta);
            return new LogBase(meta.index(), meta.term());
        } catch (DamagedSnapshotException e) {
            problems.add(String.valueOf(e.getMessage()));
            return LogBase.NONE;
        }
    }

    private static Entry entry(Path file, long offset, ByteBuf batch, Batch.Entries entry) {
        int at = entry.bodyOffset();
        String kind =
                switch (entry.kind()) {
                    case EntryKind.NOOP -> "noop";
                    case EntryKind.OPEN_SESSION -> "open-session";
                    case EntryKind.COMMAND -> "command";
                    case EntryKind.KEEP_ALIVE -> "keep-alive";
                    case EntryKind.CLOSE_SESSION -> "close-session";
                    case EntryKind.CONFIGURATION -> "configuration";
                    default -> "kind-" + entry.kind();
                };
        boolean command = entry.kind() == EntryKind.COMMAND;
        boolean ofSession = command || entry.kind() == EntryKind.KEEP_ALIVE || entry.kind() == EntryKind.CLOSE_SESSION;
        byte[] body = NOTHING;
        if (command) {
            body = new byte[entry.bodyLength() - EntryKind.COMMAND_HEADER];
            batch.getBytes(at + EntryKind.COMMAND_HEADER, body);
        } else if (entry.kind() == EntryKind.CONFIGURATION) {
            body = Configuration.decode(batch.nioBuffer(at, entry.bodyLength()))
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
        }
        return new Entry(
                entry.index(),
                Batch.term(batch),
                Batch.wallMillis(batch),
                kind,
                ofSession ? batch.getLong(at) : 0,
                command ? batch.getLong(at + 8) : 0,
                command ? machine(batch.getUnsignedByte(at + 24)) : "",
                body,
                file.toString(),
                offset);
    }

    private static String machine(int number) {
        return switch (number) {
            case 0 -> "none";
            case Commands.MAPS -> "maps";
            case Commands.USER -> "user";
            case Commands.ROLES -> "roles";
            case Commands.LOCKS -> "locks";
            default -> "machine-" + number;
        };
    }
}
