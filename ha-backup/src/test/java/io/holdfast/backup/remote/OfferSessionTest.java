package io.holdfast.backup.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.FaultyStorage;
import io.holdfast.backup.ResumablePut.Piece;
import io.holdfast.backup.directory.SteppedPut;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.MalformedFrameException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One link of a node that offers a directory, by hand: its loop runs what it is given at once, and its worker too, unless it is held up: then what it
 * is given waits, as behind another call's file.
 */
class OfferSessionTest {
    private final List<OfferFrame> sent = new ArrayList<>();
    private boolean full;
    private boolean disconnected;
    private long now = 1_000;
    private boolean heldUp;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final NodeCalls slots = new NodeCalls();

    @TempDir
    Path directory;

    private OfferSession session;

    @BeforeEach
    void begin() {
        session = session(Long.MAX_VALUE, Storage.files());
    }

    private OfferSession session(long maxBytes, Storage storage) {
        return new OfferSession(
                new OfferedDirectory(directory, maxBytes, storage),
                slots,
                new HandLink(),
                new HandLoop(),
                new HandWorker(),
                new HandClock(),
                new OfferMeters(new SimpleMeterRegistry(), "shop", "node-9"));
    }

    private void goOn() {
        heldUp = false;
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    private OfferFrame.Failed onlyAnswerIsAFailure(Reason reason) {
        List<OfferFrame> answers = sent.stream()
                .filter(frame -> !(frame instanceof OfferFrame.Credit))
                .toList();
        assertEquals(1, answers.size(), answers.toString());
        OfferFrame.Failed failed = assertInstanceOf(OfferFrame.Failed.class, answers.get(0));
        assertEquals(reason, failed.reason(), failed.message());
        return failed;
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

    @Test
    void whatDidNotFitIsNotStoredAlthoughAllOfItWasQueued() throws IOException {
        session = session(100, Storage.files());
        session.received(new OfferFrame.Put(1, "a"));
        heldUp = true;
        session.received(new OfferFrame.Data(1, new byte[60]));
        session.received(new OfferFrame.Data(1, new byte[50]));
        session.received(new OfferFrame.Data(1, new byte[10])); // would fit
        session.received(new OfferFrame.End(1, 120));
        goOn();
        onlyAnswerIsAFailure(Reason.NO_SPACE);
        assertFalse(Files.exists(directory.resolve("a")));
        assertFalse(isAnythingUnfinished());
        session.received(new OfferFrame.Put(2, "b"));
        session.received(new OfferFrame.Data(2, new byte[100]));
        session.received(new OfferFrame.End(2, 100));
        assertEquals(new OfferFrame.Done(2, 1), sent.get(sent.size() - 1), "the room is free again");
    }

    @Test
    void whatDidNotFitInOneFrameIsNotStoredEmpty() {
        session = session(100, Storage.files());
        session.received(new OfferFrame.Put(1, "a"));
        heldUp = true;
        session.received(new OfferFrame.Data(1, new byte[101]));
        session.received(new OfferFrame.End(1, 101));
        goOn();
        onlyAnswerIsAFailure(Reason.NO_SPACE);
        assertFalse(Files.exists(directory.resolve("a")));
    }

    @Test
    void aPutOfWhichAStepHasFailedIsNotFinished() throws IOException {
        OfferedDirectory offered = new OfferedDirectory(directory, 100, Storage.files());
        assertThrows(
                BackupRepositoryException.class,
                () -> offered.putIfAbsent("a", out -> {
                    out.write(new byte[60]);
                    assertThrows(BackupRepositoryException.class, () -> out.write(new byte[60]));
                }));
        assertFalse(Files.exists(directory.resolve("a")));
        assertFalse(isAnythingUnfinished());
    }

    @Test
    void whatNobodyThoughtOfEndsTheCallAndNothingElse() {
        session = session(Long.MAX_VALUE, new FaultyStorage(0, true, call -> {
            throw new IllegalStateException("a bug");
        }));
        session.received(new OfferFrame.Put(1, "a"));
        OfferFrame.Failed failed = onlyAnswerIsAFailure(Reason.FAILED);
        assertFalse(failed.message().contains("a bug"), failed.message());
        assertTrue(slots.isIdle());
        session.received(new OfferFrame.Put(1, "a"));
        session.received(new OfferFrame.End(1, 0));
        assertEquals(new OfferFrame.Done(1, 1), sent.get(sent.size() - 1));
    }

    @Test
    void aSlotIsFreeWhenNothingOfTheCallWaitsForTheWorker() {
        heldUp = true;
        OfferSession other = session(Long.MAX_VALUE, Storage.files());
        for (int call = 1; call <= NodeCalls.MOST; call++) {
            OfferSession one = call % 2 == 0 ? session : other; // of the same node
            one.received(new OfferFrame.Put(call, "p-" + call));
            one.received(new OfferFrame.Cancel(call));
        }
        session.received(new OfferFrame.Size(100, "a"));
        onlyAnswerIsAFailure(Reason.UNAVAILABLE);
        assertEquals(2 * NodeCalls.MOST, waiting.size(), "of each that it is begun and that it is dropped");
        goOn();
        assertTrue(slots.isIdle());
        session.received(new OfferFrame.Put(101, "b"));
        session.received(new OfferFrame.End(101, 0));
        assertEquals(new OfferFrame.Done(101, 1), sent.get(sent.size() - 1));
        assertTrue(slots.isIdle());
    }

    @Test
    void whatWaitsOfACallIsBoundedAlsoByPieces() {
        session.received(new OfferFrame.Put(1, "a"));
        heldUp = true;
        assertThrows(MalformedFrameException.class, () -> {
            for (int i = 0; i < 10_000; i++) {
                session.received(new OfferFrame.Data(1, new byte[1]));
            }
        });
        assertTrue(waiting.size() <= Inflow.MOST_WAITING + 1, waiting.size() + " wait");
        session.end();
        goOn();
        assertTrue(slots.isIdle());
    }

    @Test
    void marksThatFreeRoomFitWhereNothingElseDoes() {
        session = session(100, Storage.files());
        put(1, "data/a", 100, new OfferFrame.Done(1, 1));
        put(2, "fences/1.claim", 50, new OfferFrame.Done(2, 1));
        put(3, "running/1/1", 50, new OfferFrame.Done(3, 1));
        put(4, "deleting/1", 50, new OfferFrame.Done(4, 1));
        put(5, "probes/1", 50, new OfferFrame.Done(5, 1));
        session.received(new OfferFrame.Put(6, "data/b"));
        sent.clear();
        session.received(new OfferFrame.Data(6, new byte[1]));
        onlyAnswerIsAFailure(Reason.NO_SPACE);
    }

    @Test
    void alsoMarksHaveTheirLimit() {
        session = session(100, Storage.files());
        byte[] piece = new byte[OfferCodec.MOST_DATA];
        session.received(new OfferFrame.Put(1, "fences/1.claim"));
        for (long sentBytes = 0; sentBytes <= Quota.RESERVE_BYTES; sentBytes += piece.length) {
            session.received(new OfferFrame.Data(1, piece));
        }
        onlyAnswerIsAFailure(Reason.NO_SPACE);
    }

    private static OfferFrame.Resume resume(int call) {
        return new OfferFrame.Resume(call, "data/a", 1L << 40, "abc");
    }

    private OfferSession sharing(OfferedDirectory offered) {
        return new OfferSession(
                offered,
                slots,
                new HandLink(),
                new HandLoop(),
                new HandWorker(),
                new HandClock(),
                new OfferMeters(new SimpleMeterRegistry(), "shop", "node-9"));
    }

    private void sendPiece(OfferSession to, int call, int bytes) {
        for (int left = bytes; left > 0; left -= OfferCodec.MOST_DATA) {
            to.received(new OfferFrame.Data(call, new byte[Math.min(left, OfferCodec.MOST_DATA)]));
        }
        to.received(new OfferFrame.End(call, bytes));
    }

    private OfferFrame last() {
        return sent.get(sent.size() - 1);
    }

    private List<Long> kept() {
        return sent.stream()
                .filter(OfferFrame.Pieces.class::isInstance)
                .flatMap(frame -> ((OfferFrame.Pieces) frame).pieces().stream())
                .map(Piece::bytes)
                .toList();
    }

    private void assertIsGoneOnWith(OfferSession by, int call, Long... pieces) {
        sent.clear();
        by.received(resume(call));
        assertEquals(List.of(pieces), kept());
        assertTrue(
                sent.stream()
                        .anyMatch(frame -> frame instanceof OfferFrame.Ready ready && ready.kept() == pieces.length),
                sent.toString());
    }

    @Test
    void piecesAreKeptAndMadeAnObject() throws IOException {
        session.received(resume(1));
        assertEquals(
                List.of(new OfferFrame.Ready(1, 64 << 20, 0), new OfferFrame.Credit(1, OfferSession.WINDOW)), sent);
        sendPiece(session, 1, 100);
        sendPiece(session, 1, 7);
        assertEquals(List.of(100L, 7L), kept());
        assertFalse(Files.exists(directory.resolve("data/a")));
        session.received(new OfferFrame.Publish(1));
        assertEquals(new OfferFrame.Done(1, 1), last());
        assertEquals(107, Files.size(directory.resolve("data/a")));
        assertFalse(isAnythingUnfinished());
        assertTrue(slots.isIdle());
        assertIsGoneOnWith(session, 2); // nobody is at it any more
    }

    @Test
    void whatIsShortOrIsAtWorkIsPutAsAWhole() {
        session.received(new OfferFrame.Resume(1, "data/a", 1_000, "abc"));
        assertEquals(List.of(new OfferFrame.Done(1, 0)), sent);
        sent.clear();
        session.received(new OfferFrame.Resume(1, "data/a", (64L << 20) * ServedPieces.MOST_KEPT, "abc"));
        assertEquals(List.of(new OfferFrame.Done(1, 0)), sent, "its pieces would be too many");
        session.received(resume(2));
        sent.clear();
        session.received(resume(3));
        assertEquals(List.of(new OfferFrame.Done(3, 0)), sent);
    }

    /** Each of them takes room, and memory while somebody is at them. */
    @Test
    void moreShortPiecesThanTheLengthCallsForAreRefused() {
        session.received(new OfferFrame.Resume(1, "data/a", 3L * (64 << 20), "abc"));
        for (int i = 0; i < 3 + 16; i++) {
            sendPiece(session, 1, 1);
        }
        session.received(new OfferFrame.Data(1, new byte[1]));
        sent.clear();
        session.received(new OfferFrame.End(1, 1));
        assertTrue(onlyAnswerIsAFailure(Reason.FAILED).message().contains("more than 19 pieces"));
        session.received(new OfferFrame.Resume(2, "data/a", 3L * (64 << 20), "abc"));
        assertEquals(new OfferFrame.Done(2, 0), last(), "nobody goes on with so many");
    }

    /** However a call ends, what it had kept stays, and is free for another one at once. */
    @Test
    void whateverEndsTheCallLeavesWhatIsWholeToTheNextOne() {
        OfferedDirectory offered = new OfferedDirectory(directory, Long.MAX_VALUE, Storage.files());
        OfferSession gone = sharing(offered);
        OfferSession next = sharing(offered);
        gone.received(resume(1));
        sendPiece(gone, 1, 100);
        gone.received(new OfferFrame.Data(1, new byte[10]));
        gone.end();
        assertIsGoneOnWith(next, 1, 100L);
        next.received(new OfferFrame.Cancel(1));
        assertIsGoneOnWith(next, 2, 100L);
        next.giveUp(resume(9));
        assertInstanceOf(OfferFrame.Failed.class, last());
        assertIsGoneOnWith(next, 3, 100L);
        now += 500;
        next.endSilentPieces(1_200);
        assertInstanceOf(OfferFrame.Failed.class, last());
        assertIsGoneOnWith(next, 4, 100L);
        next.endSilentPieces(1_200);
        assertInstanceOf(OfferFrame.Credit.class, last(), "it was heard of");
        next.endSilent(1_600);
        assertInstanceOf(OfferFrame.Failed.class, last());
        assertIsGoneOnWith(next, 5, 100L);
        next.received(new OfferFrame.Data(5, new byte[10]));
        next.received(new OfferFrame.Discard(5));
        assertEquals(new OfferFrame.Done(5, 1), last());
        assertIsGoneOnWith(next, 6);
        next.end();
        assertTrue(slots.isIdle());
    }

    @Test
    void anotherObjectIsNotGivenUp() {
        session.received(resume(1));
        session.giveUp(new OfferFrame.Resume(1, "data/a", 1L << 40, "abd"));
        session.giveUp(new OfferFrame.Resume(1, "data/b", 1L << 40, "abc"));
        sendPiece(session, 1, 100);
        assertEquals(List.of(100L), kept());
    }

    /** Its silence is this end's. */
    @Test
    void whoWaitsForTheWorkerIsNotSilent() {
        session.received(resume(1));
        heldUp = true;
        sendPiece(session, 1, 100);
        now += 500;
        session.endSilentPieces(1_200);
        goOn();
        assertEquals(List.of(100L), kept());
    }

    @Test
    void whatWasTakenOverIsReadAgainStepByStep() throws IOException {
        session.received(resume(1));
        sendPiece(session, 1, 11 << 20);
        session.received(new OfferFrame.Cancel(1));
        assertIsGoneOnWith(session, 2, (long) (11 << 20));
        sendPiece(session, 2, 6 << 20);
        session.received(new OfferFrame.Publish(2));
        assertEquals(new OfferFrame.Unverified(2, 9 << 20), last());
        session.received(new OfferFrame.Publish(2));
        assertEquals(new OfferFrame.Unverified(2, 1 << 20), last());
        session.received(new OfferFrame.Publish(2));
        assertEquals(new OfferFrame.Done(2, 1), last());
        assertEquals(17 << 20, Files.size(directory.resolve("data/a")));
    }

    @Test
    void whatWasChangedSinceIsThrownAway() throws IOException {
        session.received(resume(1));
        sendPiece(session, 1, 9 << 20);
        session.received(new OfferFrame.Cancel(1));
        try (Stream<Path> files = Files.list(directory.resolve(".unfinished"))) {
            for (Path file :
                    files.filter(one -> !one.toString().endsWith(".pieces")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length - 1] ^= 1;
                Files.write(file, bytes);
            }
        }
        assertIsGoneOnWith(session, 2, (long) (9 << 20));
        session.received(new OfferFrame.Publish(2));
        assertEquals(new OfferFrame.Unverified(2, 1 << 20), last());
        sent.clear();
        session.received(new OfferFrame.Publish(2));
        assertTrue(onlyAnswerIsAFailure(Reason.FAILED).message().contains("not what was written any more"));
        assertFalse(isAnythingUnfinished());
        assertIsGoneOnWith(session, 3);
    }

    @Test
    void ofAPieceThatDidNotFitNothingIsKeptAlthoughAllOfItWasQueued() throws IOException {
        session = session(10_000 + 2 * SteppedPut.LINE_BYTES, Storage.files());
        session.received(resume(1));
        sendPiece(session, 1, 6_000);
        heldUp = true;
        session.received(new OfferFrame.Data(1, new byte[3_000]));
        session.received(new OfferFrame.Data(1, new byte[3_000]));
        session.received(new OfferFrame.Data(1, new byte[500])); // would fit
        session.received(new OfferFrame.End(1, 6_500));
        sent.clear();
        goOn();
        onlyAnswerIsAFailure(Reason.NO_SPACE);
        assertTrue(slots.isIdle());
        assertIsGoneOnWith(session, 2, 6_000L);
        sendPiece(session, 2, 4_000);
        session.received(new OfferFrame.Publish(2));
        assertEquals(new OfferFrame.Done(2, 1), last(), "the room of what was not kept is free again");
    }

    /** Else who begins one object after the other and goes away could fill the disk. */
    @Test
    void whatIsKeptInPiecesCountsAlsoWhileNobodyIsAtIt() {
        session = session(10_000 + SteppedPut.LINE_BYTES, Storage.files());
        session.received(resume(1));
        sendPiece(session, 1, 6_000);
        session.received(new OfferFrame.Cancel(1));
        session.received(new OfferFrame.Put(2, "data/b"));
        sent.clear();
        session.received(new OfferFrame.Data(2, new byte[4_001]));
        onlyAnswerIsAFailure(Reason.NO_SPACE);
        put(3, "data/b", 4_000, new OfferFrame.Done(3, 1));
        assertIsGoneOnWith(session, 4, 6_000L);
        session.received(new OfferFrame.Discard(4));
        put(5, "data/c", 6_000, new OfferFrame.Done(5, 1));
        session.received(new OfferFrame.Put(6, "data/d"));
        sent.clear();
        session.received(new OfferFrame.Data(6, new byte[1 + SteppedPut.LINE_BYTES]));
        onlyAnswerIsAFailure(Reason.NO_SPACE);
    }

    @Test
    void whatDoesNotFitTheConversationEndsTheLink() {
        List<List<OfferFrame>> wrong = List.of(
                List.of(new OfferFrame.End(1, 0)),
                List.of(new OfferFrame.End(1, 1)),
                List.of(new OfferFrame.Data(1, new byte[10]), new OfferFrame.End(1, 11)),
                List.of(new OfferFrame.Data(1, new byte[10]), new OfferFrame.Publish(1)),
                List.of(new OfferFrame.Ready(1, 1, 0)),
                List.of(new OfferFrame.Pieces(1, List.of())),
                List.of(new OfferFrame.Unverified(1, 1)),
                List.of(new OfferFrame.Credit(1, 1)));
        for (List<OfferFrame> frames : wrong) {
            OfferSession link = session(Long.MAX_VALUE, Storage.files());
            link.received(resume(1));
            assertThrows(MalformedFrameException.class, () -> frames.forEach(link::received), frames.toString());
            link.end();
        }
        heldUp = true;
        OfferSession link = session(Long.MAX_VALUE, Storage.files());
        link.received(resume(1));
        assertThrows(MalformedFrameException.class, () -> link.received(new OfferFrame.Discard(1)), "too early");
        goOn();
        heldUp = true;
        link.received(new OfferFrame.Data(1, new byte[10]));
        link.received(new OfferFrame.End(1, 10));
        assertThrows(MalformedFrameException.class, () -> link.received(new OfferFrame.Data(1, new byte[1])));
        assertThrows(MalformedFrameException.class, () -> link.received(new OfferFrame.Publish(1)));
        link.received(new OfferFrame.Discard(1));
        assertThrows(MalformedFrameException.class, () -> link.received(new OfferFrame.Discard(1)), "twice");
        goOn();
        assertEquals(new OfferFrame.Done(1, 1), last());
        assertTrue(slots.isIdle());
    }

    @Test
    void whatWaitsOfAPieceIsBoundedToo() {
        session.received(resume(1));
        heldUp = true;
        assertThrows(MalformedFrameException.class, () -> {
            for (int i = 0; i < 10_000; i++) {
                session.received(new OfferFrame.Data(1, new byte[1]));
            }
        });
        assertTrue(waiting.size() <= Inflow.MOST_WAITING + 1, waiting.size() + " wait");
    }

    @Test
    void itSaysFirstWhatItKnows() {
        session.greet();
        assertEquals(List.of(Greeting.ours()), sent);
    }

    private void put(int call, String name, int bytes, OfferFrame answer) {
        session.received(new OfferFrame.Put(call, name));
        session.received(new OfferFrame.Data(call, new byte[bytes]));
        session.received(new OfferFrame.End(call, bytes));
        assertEquals(answer, sent.get(sent.size() - 1));
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

    private final class HandWorker implements Worker {
        @Override
        public void execute(Runnable task) {
            if (heldUp) {
                waiting.add(task);
            } else {
                task.run();
            }
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
