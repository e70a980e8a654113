package io.holdfast.replication.node;

import io.holdfast.core.spi.StateContents;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.EntryKind;
import io.holdfast.replication.snapshot.SnapshotReader;
import io.holdfast.replication.structures.MapSnapshot;
import io.holdfast.replication.structures.MapTouches;
import io.netty.buffer.ByteBuf;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots and batches, for whoever is told what is in them.
 *
 * @param node who reads, for messages
 */
record StateReading(String node) implements StateContents {

    @Override
    public void entries(InputStream cut, EntryVisitor each) throws IOException {
        SnapshotReader snapshot = SnapshotReader.streamed(cut);
        knows(StoredState.configuration(snapshot));
        StoredState.require(snapshot, AppliedState.MAPS);
        MapSnapshot.tell(
                snapshot.nextVersion(),
                new BufferedInputStream(snapshot.section()),
                snapshot.meta().masterNanos(),
                each);
        snapshot.verify();
    }

    @Override
    public void touched(InputStream log, TouchVisitor each) throws IOException {
        BatchStream batches = new BatchStream(log);
        for (ByteBuf batch = batches.next(); batch != null; batch = batches.next()) {
            try {
                Configuration found = Batch.configuration(batch);
                if (found != null) {
                    knows(found);
                }
                touched(batch, each);
            } finally {
                batch.release();
            }
        }
    }

    private static void touched(ByteBuf batch, TouchVisitor each) throws IOException {
        Batch.Entries entries = Batch.entries(batch);
        while (entries.next()) {
            MapTouches touches = touches(batch, entries);
            if (touches != null) {
                for (byte @Nullable [] key : touches.keys()) {
                    each.touch(new Touch(entries.index(), Batch.wallMillis(batch), touches.map(), key));
                }
            }
        }
    }

    private static @Nullable MapTouches touches(ByteBuf batch, Batch.Entries entries) {
        int header = EntryKind.COMMAND_HEADER;
        int at = entries.bodyOffset();
        if (entries.kind() != EntryKind.COMMAND
                || entries.bodyLength() < header
                || batch.getByte(at + header - 1) != Commands.MAPS) {
            return null;
        }
        return MapTouches.of(batch.nioBuffer(at + header, entries.bodyLength() - header));
    }

    private void knows(Configuration configuration) {
        FeatureLevel.require(node, configuration.level(), FeatureLevel.SUPPORTED);
    }
}
