package io.holdfast.backup.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.BackupRepositoryException;
import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.backup.FaultyStorage;
import io.holdfast.backup.NodeRepository;
import io.holdfast.backup.RepositoryContract;
import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.OutboundLink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A directory of one real node, used from others over the loopback interface. */
class NodeRepositoryTest extends RepositoryContract {
    private static final String ID = "node-9";
    private static final byte[] LARGE = new byte[5 * 1024 * 1024 + 3];

    static {
        new Random(9).nextBytes(LARGE);
    }

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TestNode server;
    private TestNode client;

    @BeforeEach
    void start() {
        server = server("127.0.0.1:0", Long.MAX_VALUE, Set.of(), Storage.files());
        client = TestNode.client("node-1");
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private TestNode server(String address, long maxBytes, Set<String> allowed, Storage storage) {
        OfferServer[] made = new OfferServer[1];
        return new TestNode(
                ID,
                address,
                context -> made[0] = new OfferServer(
                        new OfferedDirectory(directory, maxBytes, storage),
                        allowed,
                        context.runtime(),
                        new OfferMeters(meters, "shop", ID)),
                context -> made[0].start(context.links()),
                () -> made[0].stop(),
                () -> made[0].close());
    }

    private void serveInstead(long maxBytes, Set<String> allowed, Storage storage) {
        String address = server.address().toString();
        server.close();
        server = server(address, maxBytes, allowed, storage);
    }

    private NodeRepository offered() {
        return NodeRepository.at(ID, server.address(), directory).timeout(Duration.ofSeconds(30));
    }

    private BackupRepository from(TestNode node) {
        return from(node, offered());
    }

    private static BackupRepository from(TestNode node, NodeRepository offered) {
        return new RemoteRepository(
                offered, node.context().links(), node.context().runtime().loop());
    }

    @Override
    protected BackupRepository open() {
        return from(client);
    }

    private List<Path> unfinished() throws IOException {
        Path unfinished = directory.resolve(".unfinished");
        if (!Files.exists(unfinished)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(unfinished)) {
            return files.toList();
        }
    }

    private void awaitNothingUnfinished() throws IOException {
        while (!unfinished().isEmpty()) {
            assertFalse(Thread.interrupted(), "too late");
            Thread.onSpinWait();
        }
    }

    private static BackupRepositoryException failure(Reason reason, Executable call) {
        BackupRepositoryException failed = assertThrows(BackupRepositoryException.class, call);
        assertEquals(reason, failed.reason(), failed.getMessage());
        assertTrue(failed.getMessage().contains("node node-9 at "), failed.getMessage());
        return failed;
    }

    private static byte[] read(BackupRepository repository, String name) throws IOException {
        try (InputStream in = repository.read(name, 0)) {
            return in.readAllBytes();
        }
    }

    @Test
    void whatIsLargerThanTheWindowGoesBothWays() throws IOException {
        BackupRepository repository = open();
        assertTrue(repository.putIfAbsent("large", out -> out.write(LARGE)));
        assertArrayEquals(LARGE, read(repository, "large"));
        assertArrayEquals(LARGE, Files.readAllBytes(directory.resolve("large")));
        assertEquals(
                LARGE.length,
                meters.get("holdfast.backup.offer.received").counter().count());
        assertEquals(
                LARGE.length, meters.get("holdfast.backup.offer.sent").counter().count());
        assertEquals(0, meters.get("holdfast.backup.offer.calls").gauge().value());
    }

    @Test
    void aNodeThatIsNotThereIsSaid() {
        server.close();
        assertTrue(
                failure(Reason.UNAVAILABLE, () -> open().list("")).getMessage().contains("nothing runs there"));
    }

    @Test
    void aNodeThatOffersNothingIsSaid() {
        try (TestNode other = TestNode.client("node-2")) {
            BackupRepository repository = new RemoteRepository(
                    NodeRepository.at("node-2", other.address(), directory),
                    client.context().links(),
                    client.context().runtime().loop());
            BackupRepositoryException failed = assertThrows(BackupRepositoryException.class, () -> repository.list(""));
            assertEquals(Reason.UNAVAILABLE, failed.reason());
            assertTrue(failed.getMessage().contains("PROTOCOL_NOT_SERVED"), failed.getMessage());
        }
    }

    @Test
    void aNodeThatDiesInTheMidstLeavesNothing() throws IOException {
        BackupRepository repository = open();
        failure(
                Reason.UNAVAILABLE,
                () -> repository.putIfAbsent("large", out -> {
                    out.write(LARGE);
                    server.close();
                    out.write(LARGE);
                    out.write(LARGE);
                }));
        serveInstead(Long.MAX_VALUE, Set.of(), Storage.files());
        assertEquals(List.of(), open().list(""));
        awaitNothingUnfinished();
        assertTrue(repository.putIfAbsent("large", out -> out.write(LARGE)), "it is reached again");
    }

    @Test
    void aWriterThatDiesInTheMidstLeavesNothing() throws IOException {
        // All of it is waited for, by a thread that the dead node has left behind.
        BackupRepository repository = from(client, offered().timeout(Duration.ofSeconds(3)));
        assertThrows(
                BackupRepositoryException.class,
                () -> repository.putIfAbsent("large", out -> {
                    out.write(LARGE);
                    assertEquals(1, unfinished().size());
                    client.close();
                    out.write(LARGE);
                }));
        awaitNothingUnfinished();
        client = TestNode.client("node-1");
        assertEquals(List.of(), open().list(""));
    }

    @Test
    void readingGoesOnWhereTheConnectionBroke() throws IOException {
        BackupRepository repository = open();
        repository.putIfAbsent("large", out -> out.write(LARGE));
        try (InputStream in = repository.read("large", 0)) {
            byte[] first = in.readNBytes(100_000);
            serveInstead(Long.MAX_VALUE, Set.of(), Storage.files());
            byte[] rest = in.readAllBytes();
            assertEquals(LARGE.length, first.length + rest.length);
            assertEquals(LARGE[LARGE.length - 1], rest[rest.length - 1]);
            assertEquals(LARGE[100_000], rest[0]);
        }
    }

    @Test
    void whoIsNotAllowedIsRefusedAndToldSo() {
        serveInstead(Long.MAX_VALUE, Set.of("node-7"), Storage.files());
        assertTrue(
                failure(Reason.UNAVAILABLE, () -> open().list("")).getMessage().contains("may not use"));
        try (TestNode allowed = TestNode.client("node-7")) {
            assertEquals(List.of(), from(allowed).list(""));
        }
    }

    @Test
    void aQuotaIsKeptAlsoByTheNodeItself() throws IOException {
        OfferedDirectory own = new OfferedDirectory(directory, 1 << 20, Storage.files());
        serveInstead(1 << 20, Set.of(), Storage.files());
        BackupRepository repository = open();
        assertTrue(repository.putIfAbsent("half", out -> out.write(LARGE, 0, 600_000)));
        BackupRepositoryException full =
                failure(Reason.NO_SPACE, () -> repository.putIfAbsent("more", out -> out.write(LARGE, 0, 600_000)));
        assertTrue(full.getMessage().contains("maxBytes"), full.getMessage());
        assertThrows(
                BackupRepositoryException.class, () -> own.putIfAbsent("own", out -> out.write(LARGE, 0, 600_000)));
        awaitNothingUnfinished();
        assertTrue(repository.delete("half"));
        assertTrue(repository.putIfAbsent("more", out -> out.write(LARGE, 0, 600_000)));
        Files.delete(directory.resolve("more"));
        assertTrue(
                repository.putIfAbsent("again", out -> out.write(LARGE, 0, 600_000)), "what others take away counts");
    }

    @Test
    void aFullDiskIsSaidAndTheNodeGoesOn() throws IOException {
        serveInstead(Long.MAX_VALUE, Set.of(), FaultyStorage.full(3));
        BackupRepository repository = open();
        failure(Reason.NO_SPACE, () -> repository.putIfAbsent("large", out -> out.write(LARGE)));
        awaitNothingUnfinished();
        assertTrue(repository.putIfAbsent("large", out -> out.write(LARGE)));
    }

    @Test
    void aDirectoryThatIsNotThereIsSaid() throws IOException {
        Files.delete(directory);
        try {
            assertTrue(failure(Reason.UNAVAILABLE, () -> open().list(""))
                    .getMessage()
                    .contains("is it mounted?"));
        } finally {
            Files.createDirectory(directory);
        }
    }

    /** More than the pages that are asked for ahead. */
    @Test
    void manyObjectsComeInPages() throws IOException {
        for (int i = 0; i < 5_001; i++) {
            Files.write(directory.resolve("o-" + i), new byte[0]);
        }
        assertEquals(5_001, open().list("").size());
    }

    @Test
    void outsideOfANodeItSaysWhatToUse() {
        assertTrue(failure(Reason.UNAVAILABLE, () -> offered().list(""))
                .getMessage()
                .contains(directory.toString()));
    }

    @Test
    void anInterruptEndsTheWaitAndStays() {
        BackupRepository repository = open();
        failure(
                Reason.FAILED,
                () -> repository.putIfAbsent("x", out -> {
                    Thread.currentThread().interrupt();
                    out.write(LARGE);
                    out.write(LARGE);
                }));
        assertTrue(Thread.interrupted());
        assertEquals(List.of(), repository.list(""));
    }

    /** What another end says that keeps no rules, and how its link ended. */
    private CompletableFuture<CloseReason> say(List<OfferFrame> frames, BlockingQueue<OfferFrame> answers) {
        return sayBytes(frames.stream().map(OfferCodec::encode).toList(), answers);
    }

    private CompletableFuture<CloseReason> sayBytes(List<ByteBuf> frames, BlockingQueue<OfferFrame> answers) {
        CompletableFuture<CloseReason> ended = new CompletableFuture<>();
        OutboundLink[] link = new OutboundLink[1];
        client.context()
                .runtime()
                .loop()
                .run(() -> link[0] = client.context()
                        .links()
                        .dial(OfferServer.PROTOCOL, ID, server.address(), new LinkListener() {
                            @Override
                            public void up(Link up) {
                                frames.forEach(frame -> up.send(Lane.BULK, frame.retainedDuplicate()));
                            }

                            @Override
                            public void received(Link from, ByteBuf frame) {
                                answers.add(OfferCodec.decode(frame));
                            }

                            @Override
                            public void down(Link gone, CloseReason reason, String detail) {
                                link[0].close();
                                ended.complete(reason);
                            }
                        }));
        return ended;
    }

    @Test
    void whoBreaksTheRulesLosesItsLinkAndDisturbsNobody() throws Exception {
        BackupRepository other = open();
        BlockingQueue<OfferFrame> answers = new LinkedBlockingQueue<>();
        assertTrue(other.putIfAbsent("good", out -> {
            out.write(LARGE);
            List<List<OfferFrame>> wrong = List.of(
                    // more than there is room for: none was given yet
                    List.of(new OfferFrame.Put(1, "a"), new OfferFrame.Data(1, new byte[10])),
                    List.of(new OfferFrame.Put(1, "a"), new OfferFrame.Put(1, "b")),
                    List.of(new OfferFrame.Put(1, "a"), new OfferFrame.End(1, 7)),
                    List.of(new OfferFrame.Read(1, "a", 0), new OfferFrame.Credit(1, Integer.MAX_VALUE)),
                    List.of(new OfferFrame.ListAll(1, ""), new OfferFrame.Credit(1, 1_000)),
                    List.of(new OfferFrame.Size(1, "a"), new OfferFrame.Credit(1, 1)),
                    List.of(new OfferFrame.Resume(1, "a", 1L << 40, "a"), new OfferFrame.Data(1, new byte[10])),
                    List.of(
                            new OfferFrame.Resume(1, "a", 1L << 40, "a"),
                            new OfferFrame.Resume(1, "a", 1L << 40, "a")));
            for (List<OfferFrame> frames : wrong) {
                assertEquals(CloseReason.REMOTE, await(say(frames, answers)), frames.toString());
            }
            assertEquals(
                    CloseReason.REMOTE,
                    await(sayBytes(List.of(Unpooled.wrappedBuffer(new byte[] {99, 0, 0, 0, 1})), answers)));
            out.write(LARGE);
        }));
        assertEquals(2L * LARGE.length, other.size("good"));
        awaitNothingUnfinished();
    }

    private static CloseReason await(CompletableFuture<CloseReason> ended) {
        return ended.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void moreCallsAtOnceThanAllowedAreToldToComeAgain() throws Exception {
        BlockingQueue<OfferFrame> answers = new LinkedBlockingQueue<>();
        List<OfferFrame> puts = java.util.stream.IntStream.rangeClosed(1, NodeCalls.MOST + 1)
                .<OfferFrame>mapToObj(call -> new OfferFrame.Put(call, "p-" + call))
                .toList();
        CompletableFuture<CloseReason> ended = say(puts, answers);
        boolean refused = false;
        for (int i = 0; i <= puts.size(); i++) { // the greeting, too
            OfferFrame answer = answers.poll(60, TimeUnit.SECONDS);
            refused |= answer instanceof OfferFrame.Failed failed && failed.reason() == Reason.UNAVAILABLE;
        }
        assertTrue(refused);
        assertFalse(ended.isDone());
    }

    @Test
    void limitsAreSaid() {
        Address address = Address.parse("127.0.0.1:1");
        NodeRepository any = NodeRepository.at("n", address, directory);
        assertThrows(IllegalArgumentException.class, () -> any.maxBytes(1));
        assertThrows(IllegalArgumentException.class, () -> any.timeout(Duration.ofMillis(1)));
        assertEquals("node n at 127.0.0.1:1", any.toString());
    }
}
