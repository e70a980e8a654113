package io.holdfast.backup.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.BackupSource.Outcome;
import io.holdfast.backup.MemoryRepository;
import io.holdfast.backup.ResumablePut;
import io.holdfast.backup.ResumablePut.Piece;
import io.holdfast.backup.catalog.BackupId;
import io.holdfast.backup.catalog.Catalogue;
import io.holdfast.backup.catalog.CatalogueWriter;
import io.holdfast.backup.catalog.RunningBackup;
import io.holdfast.backup.container.Progress;
import io.holdfast.backup.directory.DirectoryRepository;
import io.holdfast.backup.directory.SteppedPut;
import io.holdfast.core.FencingToken;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Acceptor;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.MalformedFrameException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Objects that a real node keeps in pieces for others, over the loopback interface. */
@Timeout(120)
class RemotePiecesTest {
    private static final String NAME = "data/large";
    private static final String CONTENT = "abc";
    private static final int PIECE = 150_000;
    private static final byte[] LARGE = new byte[3 * PIECE - 17];

    static {
        new Random(9).nextBytes(LARGE);
    }

    @TempDir
    Path directory;

    private OfferingNode server;
    private TestNode client;

    @BeforeEach
    void start() {
        server = OfferingNode.of(directory, "127.0.0.1:0", Long.MAX_VALUE, PIECE);
        client = TestNode.client("node-1");
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private void serveInstead(long maxBytes) {
        String address = server.address().toString();
        server.close();
        server = OfferingNode.of(directory, address, maxBytes, PIECE);
    }

    private BackupRepository from(TestNode node) {
        return over(node, node.context().links());
    }

    private BackupRepository over(TestNode node, Links links) {
        return new RemoteRepository(
                server.offered(directory), links, node.context().runtime().loop());
    }

    private static Optional<ResumablePut> pieces(BackupRepository repository) {
        return repository.resumable(NAME, LARGE.length, CONTENT);
    }

    private static void putNext(ResumablePut put) throws IOException {
        int from = put.kept().stream().mapToInt(piece -> (int) piece.bytes()).sum();
        int bytes = (int) Math.min(put.pieceBytes(), LARGE.length - from);
        put.put(out -> out.write(LARGE, from, bytes));
    }

    private static boolean putAll(ResumablePut put) throws IOException {
        while (put.kept().stream().mapToLong(Piece::bytes).sum() < LARGE.length) {
            putNext(put);
        }
        return put.publish();
    }

    private static byte[] read(BackupRepository repository, String name) throws IOException {
        try (InputStream in = repository.read(name, 0)) {
            return in.readAllBytes();
        }
    }

    private void assertIsStored() throws IOException {
        assertArrayEquals(LARGE, Files.readAllBytes(directory.resolve(NAME)));
        try (Stream<Path> left = Files.list(directory.resolve(".unfinished"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    /** What another session holds is free some time after that has ended. */
    private static ResumablePut awaitPieces(BackupRepository repository) {
        while (true) {
            Optional<ResumablePut> free = pieces(repository);
            if (free.isPresent()) {
                return free.orElseThrow();
            }
            assertFalse(Thread.interrupted(), "too late");
        }
    }

    private static void awaitReachable(BackupRepository repository) {
        while (true) {
            try {
                repository.list("");
                return;
            } catch (BackupRepositoryException ended) {
                assertEquals(Reason.UNAVAILABLE, ended.reason(), ended.getMessage());
                assertFalse(Thread.interrupted(), "too late");
            }
        }
    }

    private static BackupRepositoryException failure(Reason reason, Executable call) {
        BackupRepositoryException failed = assertThrows(BackupRepositoryException.class, call);
        assertEquals(reason, failed.reason(), failed.getMessage());
        assertTrue(String.valueOf(failed.getMessage()).contains("node node-9 at "), failed.getMessage());
        return failed;
    }

    @Test
    void piecesOfTheLengthThatTheOtherNodeWantsBecomeTheObject() throws IOException {
        try (ResumablePut put = pieces(from(client)).orElseThrow()) {
            assertEquals(PIECE, put.pieceBytes());
            assertTrue(putAll(put));
        }
        assertIsStored();
        assertTrue(from(client).resumable(NAME, PIECE, CONTENT).isEmpty(), "not worth it");
    }

    /** In the place of each frame in turn, of either direction. What had been acknowledged is gone on behind of. */
    @Test
    void whereverTheConnectionIsCutTheNextAttemptGoesOnBehindWhatIsWhole() throws IOException {
        int cuts = 0;
        int kept = 0;
        boolean more = true;
        for (int at = 0; more; at++) {
            CuttingLinks links = new CuttingLinks(client.context().links(), at);
            List<Piece> whole = new ArrayList<>();
            boolean published = false;
            BackupRepository cut = over(client, links);
            try (ResumablePut put = pieces(cut).orElseThrow()) {
                while (put.kept().size() < 3) {
                    putNext(put);
                    whole = put.kept();
                }
                published = put.publish();
            } catch (BackupRepositoryException broken) {
                assertEquals(Reason.UNAVAILABLE, broken.reason(), broken.getMessage());
                cuts++;
            }
            more = links.frames() > at;
            if (!Files.exists(directory.resolve(NAME))) {
                assertFalse(published);
                try (ResumablePut next = awaitPieces(from(client))) {
                    List<Piece> left = next.kept();
                    assertTrue(left.size() >= whole.size(), "at " + at + ": " + left + " of " + whole);
                    kept += left.isEmpty() ? 0 : 1;
                    assertTrue(putAll(next));
                }
            }
            assertIsStored();
            assertTrue(from(client).delete(NAME));
        }
        assertTrue(cuts > 15, cuts + " cuts");
        assertTrue(kept > 8, kept + " times something was left");
    }

    @Test
    void betweenPiecesTheConnectionNeedNotLast() throws IOException {
        BackupRepository repository = from(client);
        try (ResumablePut put = pieces(repository).orElseThrow()) {
            putNext(put);
            serveInstead(Long.MAX_VALUE);
            awaitReachable(repository); // so that the end of the old connection is known
            putNext(put);
            putNext(put);
            serveInstead(Long.MAX_VALUE);
            awaitReachable(repository);
            assertTrue(put.publish());
        }
        assertIsStored();
    }

    @Test
    void whoWasAwayWhileSomebodyElseWentOnWithItEnds() throws IOException {
        BackupRepository repository = from(client);
        try (TestNode other = TestNode.client("node-2");
                ResumablePut put = pieces(repository).orElseThrow()) {
            putNext(put);
            serveInstead(Long.MAX_VALUE);
            awaitReachable(repository);
            try (ResumablePut late = pieces(from(other)).orElseThrow()) {
                assertTrue(failure(Reason.UNAVAILABLE, () -> putNext(put))
                        .getMessage()
                        .contains("somebody else"));
                putNext(late);
            }
            assertTrue(failure(Reason.UNAVAILABLE, put::discard).getMessage().contains("somebody else"));
            try (ResumablePut next = awaitPieces(from(other))) {
                assertEquals(2, next.kept().size());
                assertTrue(putAll(next));
            }
        }
        assertIsStored();
    }

    @Test
    void oneNodeAtATimeIsAtAnObjectUntilItLetsGoOrDies() throws IOException {
        try (TestNode other = TestNode.client("node-2")) {
            ResumablePut held = pieces(from(client)).orElseThrow();
            putNext(held);
            assertTrue(pieces(from(other)).isEmpty());
            from(other).resumable(NAME, LARGE.length, "abd").orElseThrow().close(); // other content
            held.close();
            try (ResumablePut next = awaitPieces(from(other))) {
                assertEquals(1, next.kept().size());
            }
            ResumablePut dying = awaitPieces(from(client));
            putNext(dying);
            client.close();
            try (ResumablePut next = awaitPieces(from(other))) {
                assertEquals(2, next.kept().size());
                assertTrue(putAll(next));
            }
        }
        assertIsStored();
    }

    /** It lost its connection, and nobody has noticed on the other side. */
    @Test
    void theSameNodeGoesOnOverANewerConnection() throws IOException {
        BackupRepository older = from(client);
        ResumablePut lost = pieces(older).orElseThrow();
        putNext(lost);
        try (ResumablePut next = pieces(from(client)).orElseThrow()) {
            assertEquals(1, next.kept().size());
            putNext(next);
            assertTrue(pieces(older).isEmpty(), "it is not taken back over the older one");
            failure(Reason.UNAVAILABLE, () -> putNext(lost));
            assertTrue(putAll(next));
        }
        assertIsStored();
    }

    @Test
    void aQuotaThatIsReachedWithinAPieceKeepsThoseBeforeIt() throws IOException {
        int room = (1 << 20) - 2 * (PIECE + SteppedPut.LINE_BYTES);
        Files.write(directory.resolve("old"), new byte[room]);
        serveInstead(1 << 20);
        BackupRepository repository = from(client);
        try (ResumablePut put = pieces(repository).orElseThrow()) {
            putNext(put);
            putNext(put);
            assertTrue(failure(Reason.NO_SPACE, () -> putNext(put)).getMessage().contains("maxBytes"));
        }
        failure(Reason.NO_SPACE, () -> repository.putIfAbsent("more", out -> out.write(1)));
        assertTrue(repository.delete("old"));
        try (ResumablePut put = awaitPieces(repository)) {
            assertEquals(2, put.kept().size());
            assertTrue(putAll(put));
        }
        assertIsStored();
        int left = (1 << 20) - LARGE.length;
        failure(Reason.NO_SPACE, () -> repository.putIfAbsent("more", out -> out.write(new byte[left + 1])));
        assertTrue(repository.putIfAbsent("rest", out -> out.write(new byte[left])));
    }

    @Test
    void theNodeItselfStoresInPiecesWithinItsQuota() throws IOException {
        OfferedDirectory own = new OfferedDirectory(
                new DirectoryRepository(directory, Storage.files(), PIECE), 2 * (PIECE + SteppedPut.LINE_BYTES));
        try (ResumablePut put = pieces(own).orElseThrow()) {
            putNext(put);
            putNext(put);
            assertEquals(
                    Reason.NO_SPACE,
                    assertThrows(BackupRepositoryException.class, () -> putNext(put))
                            .reason());
        }
        try (ResumablePut put = pieces(own).orElseThrow()) {
            assertEquals(2, put.kept().size());
            assertThrows(
                    BackupRepositoryException.class,
                    () -> put.put(out -> {
                        assertThrows(BackupRepositoryException.class, () -> out.write(new byte[PIECE]));
                        // it must not fit behind a hole
                    }));
            put.discard();
        }
        try (ResumablePut put = pieces(own).orElseThrow()) {
            assertEquals(List.of(), put.kept());
            put.put(out -> out.write(LARGE, 0, 2 * PIECE));
            assertTrue(put.publish());
        }
    }

    @Test
    void anAttemptThatFailsHasFailed() throws IOException {
        try (ResumablePut put = pieces(from(client)).orElseThrow()) {
            assertThrows(IllegalArgumentException.class, () -> put.put(out -> {}));
            assertThrows(IllegalStateException.class, () -> putNext(put));
            assertThrows(IllegalStateException.class, put::publish);
            put.discard();
            put.discard();
        }
        ResumablePut put = pieces(from(client)).orElseThrow();
        put.close();
        assertThrows(IllegalStateException.class, () -> putNext(put));
        assertThrows(IllegalArgumentException.class, () -> from(client).resumable("../a", 1L << 40, CONTENT));
    }

    /** As the content of a copy does that finds out that it is not what it should be. */
    @Test
    void itCanBeThrownAwayInTheMidstOfAPiece() throws IOException {
        IOException different = new IOException("it is something else");
        try (ResumablePut put = pieces(from(client)).orElseThrow()) {
            putNext(put);
            assertEquals(
                    different,
                    assertThrows(
                            IOException.class,
                            () -> put.put(out -> {
                                out.write(new byte[100_000]);
                                put.discard();
                                throw different;
                            })));
        }
        try (ResumablePut put = awaitPieces(from(client))) {
            assertEquals(List.of(), put.kept());
        }
    }

    private static final class AtOnce implements Worker {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void close() {}
    }

    /** A node of the first release: it says nothing first, and closes a link on which something is said that it does not know. */
    private static Acceptor firstRelease(FeatureContext context, Path directory, AtomicInteger refused) {
        OfferedDirectory offered = new OfferedDirectory(directory, Long.MAX_VALUE, Storage.files());
        return peer -> new LinkListener() {
            private final List<OfferSession> own = new ArrayList<>();

            @Override
            public void up(Link link) {
                own.add(new OfferSession(
                        offered,
                        new NodeCalls(),
                        link,
                        context.runtime().loop(),
                        new AtOnce(),
                        context.runtime().clock(),
                        new OfferMeters(new SimpleMeterRegistry(), "shop", OfferingNode.ID)));
            }

            @Override
            public void received(Link link, ByteBuf frame) {
                if (frame.getByte(frame.readerIndex()) > 13) {
                    refused.incrementAndGet();
                    throw new MalformedFrameException("a frame of an offered directory of an unknown kind");
                }
                OfferFrame decoded = OfferCodec.decode(frame);
                own.forEach(session -> session.received(decoded));
            }

            @Override
            public void down(Link link, CloseReason reason, String detail) {
                own.forEach(OfferSession::end);
            }
        };
    }

    @Test
    void aNodeOfTheFirstReleaseIsAskedNothingThatItDoesNotKnow() throws IOException {
        AtomicInteger refused = new AtomicInteger();
        server.close();
        server = OfferingNode.speaking(context -> firstRelease(context, directory, refused));
        BackupRepository fresh = from(client);
        assertTrue(pieces(fresh).isEmpty());
        assertTrue(pieces(fresh).isEmpty(), "known by now");
        BackupRepository repository = from(client);
        assertTrue(repository.putIfAbsent("small", out -> {
            out.write(1);
            assertTrue(pieces(repository).isEmpty(), "on the same connection");
            out.write(2);
        }));
        assertTrue(repository.putIfAbsent(NAME, out -> out.write(LARGE)));
        assertArrayEquals(LARGE, read(repository, NAME));
        assertEquals(0, refused.get());
        String address = server.address().toString();
        server.close();
        server = OfferingNode.of(directory, address, Long.MAX_VALUE, PIECE);
        awaitReachable(repository);
        assertTrue(repository.resumable("data/next", LARGE.length, CONTENT).isPresent(), "it was upgraded");
    }

    /** What a node says to who has asked to store in pieces. */
    private static Acceptor scripted(Function<OfferFrame, List<OfferFrame>> answers) {
        return peer -> new LinkListener() {
            @Override
            public void up(Link link) {
                link.send(Lane.BULK, OfferCodec.encode(Greeting.ours()));
            }

            @Override
            public void received(Link link, ByteBuf frame) {
                answers.apply(OfferCodec.decode(frame))
                        .forEach(answer -> link.send(Lane.BULK, OfferCodec.encode(answer)));
            }

            @Override
            public void down(Link link, CloseReason reason, String detail) {}
        };
    }

    private static List<OfferFrame> toResume(OfferFrame asked, OfferFrame... answers) {
        return asked instanceof OfferFrame.Resume ? List.of(answers) : List.of();
    }

    @Test
    void whatTheOtherNodeSaysOfItsPiecesIsNotBelieved() {
        String hash = "ab".repeat(32);
        List<Function<OfferFrame, List<OfferFrame>>> wrong = List.of(
                asked -> toResume(
                        asked,
                        new OfferFrame.Pieces(asked.call(), List.of(new Piece(LARGE.length + 1, hash))),
                        new OfferFrame.Ready(asked.call(), PIECE, 1)),
                asked -> toResume(
                        asked,
                        new OfferFrame.Pieces(asked.call(), List.of(new Piece(0, hash))),
                        new OfferFrame.Ready(asked.call(), PIECE, 1)),
                asked -> toResume(asked, new OfferFrame.Ready(asked.call(), PIECE, 1)),
                asked -> toResume(asked, new OfferFrame.Ready(asked.call(), 0, 0)),
                asked -> toResume(asked, new OfferFrame.Unverified(asked.call(), 1)));
        for (Function<OfferFrame, List<OfferFrame>> answers : wrong) {
            server.close();
            server = OfferingNode.speaking(context -> scripted(answers));
            failure(Reason.FAILED, () -> pieces(from(client)));
        }
    }

    private static List<OfferFrame> toAPiece(OfferFrame asked, OfferFrame answer) {
        if (asked instanceof OfferFrame.Resume) {
            return List.of(
                    new OfferFrame.Ready(asked.call(), PIECE, 0),
                    new OfferFrame.Credit(asked.call(), OfferSession.WINDOW));
        }
        return asked instanceof OfferFrame.End || asked instanceof OfferFrame.Publish ? List.of(answer) : List.of();
    }

    @Test
    void whatWasKeptIsWhatWasSent() throws IOException {
        server.close();
        server = OfferingNode.speaking(context -> scripted(asked ->
                toAPiece(asked, new OfferFrame.Pieces(asked.call(), List.of(new Piece(PIECE, "ab".repeat(32)))))));
        try (ResumablePut put = pieces(from(client)).orElseThrow()) {
            assertTrue(failure(Reason.FAILED, () -> putNext(put)).getMessage().contains("something else"));
        }
        server.close();
        server = OfferingNode.speaking(
                context -> scripted(asked -> toAPiece(asked, new OfferFrame.Unverified(asked.call(), 7))));
        try (ResumablePut put = pieces(from(client)).orElseThrow()) {
            failure(Reason.FAILED, put::publish); // it does not come to an end
        }
    }

    /** Its call ended between two pieces, and when it asks again somebody has kept one more. */
    @Test
    void behindWhatSomebodyElseHasKeptNothingIsPut() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        server.close();
        server = OfferingNode.speaking(context -> scripted(frame -> {
            if (frame instanceof OfferFrame.Size) {
                return List.of(new OfferFrame.Done(frame.call(), 1));
            } else if (frame instanceof OfferFrame.Resume && asked.getAndIncrement() == 0) {
                return List.of(
                        new OfferFrame.Ready(frame.call(), PIECE, 0),
                        new OfferFrame.Failed(frame.call(), Reason.UNAVAILABLE, "silent for too long"));
            }
            return toResume(
                    frame,
                    new OfferFrame.Pieces(frame.call(), List.of(new Piece(PIECE, "ab".repeat(32)))),
                    new OfferFrame.Ready(frame.call(), PIECE, 1),
                    new OfferFrame.Credit(frame.call(), OfferSession.WINDOW));
        }));
        BackupRepository repository = from(client);
        try (ResumablePut put = pieces(repository).orElseThrow()) {
            assertEquals(1, repository.size("any")); // behind the end of the call
            assertTrue(
                    failure(Reason.UNAVAILABLE, () -> putNext(put)).getMessage().contains("somebody else"));
        }
        assertEquals(2, asked.get());
    }

    private static CatalogueWriter claim(BackupRepository repository, long term) {
        return Catalogue.of(repository, BackupKeys.none())
                .claim(FencingToken.of(0, term), new StandingClock(), new Random(term));
    }

    private static BackupId backUp(MemoryRepository into) throws IOException {
        try (RunningBackup backup = claim(into, 5).begin("shop", BackupKind.PHYSICAL, "state", "node-1")) {
            backup.put("large", false, out -> out.write(LARGE), Progress.NONE);
            return backup.publish(new Outcome(Optional.empty(), Map.of(), List.of()), List.of())
                    .id();
        }
    }

    private static final class StandingClock implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long wallMillis() {
            return 1_796_000_000_000L;
        }
    }

    /** Links that die while a piece of the container is on its way. */
    @Test
    void aCopyThatBrokeOffGoesOnBehindWhatItLeftOnTheNode() throws IOException {
        MemoryRepository local = new MemoryRepository();
        BackupId id = backUp(local);
        Catalogue source = Catalogue.of(local, BackupKeys.none());
        long bytes = source.list().backups().get(0).storedBytes();
        BackupRepository remote = from(client);
        long[] broken = {0};
        CatalogueWriter first = claim(remote, 9);
        long before = server.received();
        assertThrows(
                BackupRepositoryException.class,
                () -> first.copy(source, id, (content, stored) -> {
                    if (stored > 2 * PIECE && broken[0] == 0) {
                        broken[0] = server.received() - before;
                        serveInstead(Long.MAX_VALUE);
                    }
                }));
        assertTrue(broken[0] >= 2 * PIECE, broken[0] + " bytes had come");
        CatalogueWriter second = claim(remote, 10);
        long again = server.received();
        second.copy(source, id, Progress.NONE);
        long came = server.received() - again;
        assertTrue(came >= bytes - 2 * PIECE && came < bytes - PIECE, came + " bytes of " + bytes + " came again");
        assertTrue(Catalogue.of(remote, BackupKeys.none()).verify(Progress.NONE).isClean());
        for (BackupRepository.Stored object : local.list("data/" + id)) {
            assertTrue(
                    Arrays.equals(read(local, object.name()), Files.readAllBytes(directory.resolve(object.name()))),
                    object.name());
        }
    }
}
