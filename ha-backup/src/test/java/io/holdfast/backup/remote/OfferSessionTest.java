package io.holdfast.backup.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.Peer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One link of a node that offers a directory, by hand: its loop and its worker run what they are given at once. */
class OfferSessionTest {
    private final List<OfferFrame> sent = new ArrayList<>();
    private boolean full;
    private boolean disconnected;
    private long now = 1_000;

    @TempDir
    Path directory;

    private OfferSession session;

    @BeforeEach
    void begin() {
        session = new OfferSession(
                new OfferedDirectory(directory, Long.MAX_VALUE, Storage.files()),
                new HandLink(),
                new HandLoop(),
                new HandWorker(),
                new HandClock(),
                new OfferMeters(new SimpleMeterRegistry(), "shop", "node-9"));
    }

    private boolean isAnythingUnfinished() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(".unfinished"))) {
            return files.findAny().isPresent();
        }
    }

    @Test
    void aCallOfWhichNothingIsHeardIsGivenUp() throws IOException {
        session.received(new OfferFrame.Put(1, "a"));
        session.received(new OfferFrame.Put(2, "b"));
        now += 500;
        session.received(new OfferFrame.Data(2, new byte[10]));
        sent.clear();
        session.endSilent(1_200);
        assertEquals(1, sent.size(), sent.toString());
        assertTrue(
                sent.get(0) instanceof OfferFrame.Failed failed
                        && failed.call() == 1
                        && failed.reason() == Reason.UNAVAILABLE,
                sent.toString());
        session.received(new OfferFrame.Data(1, new byte[10])); // it did not know yet
        session.received(new OfferFrame.End(2, 10));
        assertEquals(new OfferFrame.Done(2, 1), sent.get(sent.size() - 1));
        assertFalse(isAnythingUnfinished());
        assertTrue(Files.exists(directory.resolve("b")));
        assertFalse(Files.exists(directory.resolve("a")));
    }

    @Test
    void aCancelledPutLeavesNothing() throws IOException {
        session.received(new OfferFrame.Put(1, "a"));
        session.received(new OfferFrame.Data(1, new byte[10]));
        assertTrue(isAnythingUnfinished());
        session.received(new OfferFrame.Cancel(1));
        assertFalse(isAnythingUnfinished());
        session.received(new OfferFrame.Put(1, "a")); // the number is free again
        session.received(new OfferFrame.End(1, 0));
        assertTrue(Files.exists(directory.resolve("a")));
    }

    @Test
    void whatCannotBeSentEndsTheLink() {
        full = true;
        session.received(new OfferFrame.Size(1, "a"));
        assertTrue(disconnected);
    }

    @Test
    void afterTheLinkIsGoneNothingIsSentAndNothingIsLeft() throws IOException {
        session.received(new OfferFrame.Put(1, "a"));
        sent.clear();
        session.end();
        assertFalse(isAnythingUnfinished());
        session.received(new OfferFrame.Size(2, "a"));
        assertEquals(List.of(), sent);
    }

    @Test
    void bytesAreReadOnlyForRoomThatWasGiven() throws IOException {
        Files.write(directory.resolve("a"), new byte[100]);
        session.received(new OfferFrame.Read(1, "a", 0));
        assertEquals(List.of(), sent);
        session.received(new OfferFrame.Credit(1, 60));
        assertEquals(1, sent.size());
        assertTrue(sent.get(0) instanceof OfferFrame.Data data && data.bytes().length == 60);
        session.received(new OfferFrame.Credit(1, 60));
        assertTrue(sent.get(1) instanceof OfferFrame.Data data && data.bytes().length == 40);
        assertEquals(new OfferFrame.End(1, 100), sent.get(2));
    }

    private final class HandLink implements Link {
        @Override
        public Peer peer() {
            return new Peer("node-1", true, new UUID(0, 0));
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            if (full) {
                frame.release();
                return false;
            }
            sent.add(OfferCodec.decode(frame));
            frame.release();
            return true;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void disconnect(String why) {
            disconnected = true;
        }
    }

    private static final class HandLoop implements EventLoop {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Timer schedule(long delayNanos, Runnable task) {
            return () -> {};
        }

        @Override
        public void run(Runnable task) {
            task.run();
        }

        @Override
        public boolean inEventLoop() {
            return true;
        }
    }

    private static final class HandWorker implements Worker {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void close() {}
    }

    private final class HandClock implements Clock {
        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long wallMillis() {
            return now;
        }
    }
}
