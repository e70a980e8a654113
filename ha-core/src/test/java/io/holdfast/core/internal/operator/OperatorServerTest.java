package io.holdfast.core.internal.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.holdfast.core.Address;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.internal.operator.OperatorFrame.Answer;
import io.holdfast.core.internal.operator.OperatorFrame.Request;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.core.testing.LogCapture;
import io.holdfast.core.testing.MemoryRuntime;
import io.holdfast.core.testing.MemoryWorld;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OperatorServerTest {
    private final MemoryWorld world = new MemoryWorld();
    private final MemoryRuntime runtime = world.runtime("host-1");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final OperatorServer server = new OperatorServer(
            "shop",
            "node-1",
            runtime,
            runtime::newWorker,
            "node-2"::equals,
            new Json(),
            meters,
            runtime.clock()::nanoTime);
    private final List<CompletableFuture<Object>> slow = new ArrayList<>();
    private final Accepting links = new Accepting();
    private long nextId;

    OperatorServerTest() {
        server.add(new OperatorCommand(
                "look", OperatorRole.READ, arguments -> CompletableFuture.completedFuture(Map.of("saw", arguments))));
        server.add(new OperatorCommand("change", OperatorRole.OPERATE, arguments -> {
            if (arguments.containsKey("bad")) {
                throw new IllegalArgumentException("bad is not understood");
            }
            return CompletableFuture.failedFuture(new NotAvailableException("not the master"));
        }));
        server.add(new OperatorCommand("wait", OperatorRole.READ, arguments -> {
            CompletableFuture<Object> answer = new CompletableFuture<>();
            slow.add(answer);
            return answer;
        }));
        server.start(links);
    }

    /** Keeps who accepts. */
    private static final class Accepting implements Links {
        @Nullable
        Acceptor acceptor;

        @Override
        public void identify(UUID clusterId, UUID diskId) {}

        @Override
        public void accept(Protocol protocol, Acceptor taker) {
            assertEquals(4, protocol.id());
            acceptor = taker;
        }

        @Override
        public OutboundLink dial(Protocol protocol, @Nullable String expected, Address address, LinkListener listener) {
            throw new AssertionError("nobody is dialled");
        }
    }

    /** The far end of a link. */
    private final class Operator implements Links.Link {
        final Links.LinkListener session;
        final List<Answer> answers = new ArrayList<>();
        private final Links.Peer peer;
        private boolean ended;
        private boolean reading = true;
        private boolean deaf;
        private long queued;

        Operator(Links.Peer peer) {
            this.peer = peer;
            Links.Acceptor taker = links.acceptor;
            assertTrue(taker != null);
            session = taker.accept(peer);
            session.up(this);
        }

        void ask(String command, String arguments) {
            ByteBuf frame = OperatorCodec.encode(
                    new Request(++nextId, 5_000, command, arguments.getBytes(StandardCharsets.UTF_8)));
            session.received(this, frame);
            world.settle();
        }

        String last() {
            Answer last = answers.get(answers.size() - 1);
            return last.code() + " " + new String(last.body(), StandardCharsets.UTF_8);
        }

        @Override
        public Links.Peer peer() {
            return peer;
        }

        @Override
        public String remote() {
            return "10.0.0.9:1234";
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            if (deaf) {
                frame.release();
                return false;
            }
            answers.add(OperatorCodec.answer(frame));
            return true;
        }

        @Override
        public long queuedBytes() {
            return queued;
        }

        @Override
        public void setReading(boolean wanted) {
            reading = wanted;
        }

        @Override
        public void disconnect(String why) {
            ended = true;
            session.down(this, CloseReason.LOCAL, why);
        }
    }

    private Operator operator(String name, boolean member, OperatorRole role) {
        return new Operator(new Links.Peer(name, member, new UUID(0, 0), List.of(name + ".ops"), role));
    }

    @Test
    void whoMayReadReadsAndIsWrittenDown() {
        try (LogCapture audit = LogCapture.of(AuditLog.NAME)) {
            Operator anna = operator("anna", false, OperatorRole.READ);
            anna.ask("look", "{\"at\":\"this\"}");
            assertEquals("OK {\"saw\":{\"at\":\"this\"}}", anna.last());
            assertEquals(
                    List.of("node-1: anna at 10.0.0.9:1234 (certificate of anna.ops) with role READ ran look"
                            + " {\"at\":\"this\"}: done"),
                    audit.messages(Level.INFO));
        }
    }

    @Test
    void aRoleThatIsTooSmallIsRefusedAndWrittenDown() {
        try (LogCapture audit = LogCapture.of(AuditLog.NAME)) {
            Operator anna = operator("anna", false, OperatorRole.READ);
            anna.ask("change", "{}");
            assertEquals("NOT_ALLOWED change needs the role OPERATE, and anna has READ on node-1", anna.last());
            Operator stranger = operator("stranger", false, OperatorRole.NONE);
            stranger.ask("look", "{}");
            assertTrue(
                    stranger.last().startsWith("NOT_ALLOWED stranger may run no commands on node-1"), stranger.last());
            stranger.ask("guess", "{}");
            assertTrue(stranger.last().startsWith("NOT_ALLOWED"), "it is not told which commands there are");
            List<String> lines = audit.messages(Level.WARN);
            assertEquals(3, lines.size(), lines.toString());
            assertTrue(
                    lines.get(0).contains("anna.ops) with role READ asked for change {}: NOT_ALLOWED"), lines.get(0));
            assertTrue(lines.get(1).contains("stranger at 10.0.0.9:1234"), lines.get(1));
        }
        assertEquals(
                3,
                meters.counter(
                                "holdfast.operator.requests",
                                "cluster",
                                "shop",
                                "node",
                                "node-1",
                                "outcome",
                                "NOT_ALLOWED")
                        .count());
    }

    @Test
    void aNodeOfTheClusterMayReadWhateverItsCertificateSays() {
        Operator node = operator("node-2", true, OperatorRole.NONE);
        node.ask("look", "{}");
        assertTrue(node.last().startsWith("OK"), node.last());
        node.ask("change", "{}");
        assertTrue(node.last().startsWith("NOT_ALLOWED"), node.last());
        Operator other = operator("node-9", true, OperatorRole.NONE);
        other.ask("look", "{}");
        assertTrue(other.last().startsWith("NOT_ALLOWED"), "nobody knows it");
    }

    @Test
    void failuresAreTold() {
        try (LogCapture audit = LogCapture.of(AuditLog.NAME)) {
            Operator boss = operator("boss", false, OperatorRole.OPERATE);
            boss.ask("change", "{}");
            assertEquals("NOT_AVAILABLE not the master", boss.last());
            boss.ask("change", "{\"bad\":\"x\"}");
            assertEquals("BAD_ARGUMENTS bad is not understood", boss.last());
            boss.ask("change", "no json\n2026 forged line");
            assertEquals("BAD_ARGUMENTS this is no JSON object", boss.last());
            boss.ask("guess", "{}");
            assertEquals("UNKNOWN_COMMAND node-1 knows no command guess, but [change, look, wait]", boss.last());
            List<String> lines = audit.messages(Level.WARN);
            assertEquals(4, lines.size());
            assertTrue(lines.get(2).contains("no json?2026 forged line"), lines.get(2));
        }
    }

    @Test
    void whatIsAskedAtOnceAndHowLongItMayTakeIsBounded() {
        Operator boss = operator("boss", false, OperatorRole.READ);
        for (int i = 0; i < OperatorSession.MOST_IN_FLIGHT; i++) {
            boss.ask("wait", "{}");
        }
        assertEquals(0, boss.answers.size());
        boss.ask("wait", "{}");
        assertTrue(boss.last().startsWith("BUSY"), boss.last());
        assertFalse(boss.reading, "it is held back");
        slow.get(0).complete("at last");
        world.settle();
        assertEquals("OK \"at last\"", boss.last());
        assertTrue(boss.reading, "there is room again");
        boss.ask("look", "{}");
        assertTrue(boss.last().startsWith("OK"), "there is room again");
        world.runFor(Duration.ofSeconds(5));
        assertEquals("TIMED_OUT not done after 5000 ms; it may still happen", boss.last());
        int answers = boss.answers.size();
        slow.get(1).complete("too late");
        world.settle();
        assertEquals(answers, boss.answers.size(), "an answer is given once");
        world.runFor(Duration.ofSeconds(121));
        assertTrue(boss.ended, "nobody keeps a link for nothing");
    }

    @Test
    void whatWasAnsweredAsTakingTooLongCountsUntilItIsOverAndIsWrittenDownThen() {
        try (LogCapture audit = LogCapture.of(AuditLog.NAME)) {
            Operator boss = operator("boss", false, OperatorRole.READ);
            for (int i = 0; i < OperatorSession.MOST_IN_FLIGHT; i++) {
                boss.ask("wait", "{}");
            }
            world.runFor(Duration.ofSeconds(6));
            assertTrue(boss.last().startsWith("TIMED_OUT"), boss.last());
            boss.ask("look", "{}");
            assertTrue(boss.last().startsWith("BUSY"), "they are still under way");
            assertFalse(boss.reading);
            slow.get(0).complete("too late");
            world.settle();
            assertTrue(boss.reading);
            assertTrue(
                    audit.messages(Level.INFO).stream()
                            .anyMatch(line ->
                                    line.endsWith("ran wait {}: done, after the answer that it takes too long")),
                    audit.messages(Level.INFO).toString());
            slow.get(1).completeExceptionally(new NotAvailableException("lost it"));
            world.settle();
            assertTrue(
                    audit.messages(Level.WARN)
                            .get(audit.messages(Level.WARN).size() - 1)
                            .contains("lost it"),
                    audit.messages(Level.WARN).toString());
            boss.ask("look", "{}");
            assertTrue(boss.last().startsWith("OK"), boss.last());
        }
    }

    @Test
    void whatIsUnderWayOnANodeIsBoundedWhateverLinksComeAndGo() {
        for (int i = 0; i < OperatorServer.MOST_UNDER_WAY; i += OperatorSession.MOST_IN_FLIGHT) {
            Operator boss = operator("boss", false, OperatorRole.READ);
            for (int j = 0; j < OperatorSession.MOST_IN_FLIGHT; j++) {
                boss.ask("wait", "{}");
            }
            boss.disconnect("and asks on another link");
        }
        Operator late = operator("late", false, OperatorRole.READ);
        late.ask("look", "{}");
        assertTrue(late.last().startsWith("BUSY"), late.last());
        slow.get(0).complete("over");
        world.settle();
        late.ask("look", "{}");
        assertTrue(late.last().startsWith("OK"), late.last());
    }

    @Test
    void whoDoesNotReadIsNotReadFromAndThenShownOut() {
        Operator boss = operator("boss", false, OperatorRole.READ);
        boss.queued = 1 << 20;
        boss.ask("look", "{}");
        assertFalse(boss.reading);
        boss.queued = 0;
        world.runFor(Duration.ofSeconds(1));
        assertTrue(boss.reading, "it reads again");
        boss.queued = OperatorSession.MOST_QUEUED_BYTES + 1;
        boss.ask("look", "{}");
        assertTrue(boss.ended);
        Operator deaf = operator("deaf", false, OperatorRole.NONE);
        deaf.deaf = true;
        deaf.ask("look", "{}");
        assertTrue(deaf.ended, "its queue is full");
    }

    @Test
    void aFloodOfRefusalsIsNotAFloodOfLines() {
        try (LogCapture audit = LogCapture.of(AuditLog.NAME)) {
            Operator stranger = operator("stranger", false, OperatorRole.NONE);
            for (int i = 0; i < 1_000; i++) {
                stranger.ask("look", "{}");
            }
            assertEquals(AuditQuota.MOST_A_SECOND, audit.messages(Level.WARN).size());
            assertEquals(1_000, stranger.answers.size());
            stranger.disconnect("done");
            world.settle();
            List<String> lines = audit.messages(Level.WARN);
            assertTrue(
                    lines.get(lines.size() - 1).contains("was refused 990 more times, which were left out"),
                    lines.toString());
        }
    }

    @Test
    void nothingStaysInTheRegistry() {
        operator("anna", false, OperatorRole.READ).ask("look", "{}");
        assertEquals(1, meters.getMeters().size());
        server.release();
        assertEquals(List.of(), meters.getMeters());
        operator("late", false, OperatorRole.READ).ask("look", "{}");
        assertEquals(List.of(), meters.getMeters(), "nor does it come back");
    }

    @Test
    void linksAreBoundedAndRubbishEndsOnlyItsOwn() {
        List<Operator> all = new ArrayList<>();
        for (int i = 0; i < OperatorServer.MOST_LINKS; i++) {
            all.add(operator("op-" + i, false, OperatorRole.READ));
        }
        assertThrows(Links.RefusedException.class, () -> operator("one-more", false, OperatorRole.READ));
        Operator bad = all.get(0);
        assertThrows(
                MalformedFrameException.class,
                () -> bad.session.received(bad, Unpooled.wrappedBuffer(new byte[] {9, 9, 9})));
        bad.disconnect("malformed");
        operator("one-more", false, OperatorRole.READ).ask("look", "{}");
        all.get(1).ask("look", "{}");
        assertTrue(all.get(1).last().startsWith("OK"));
    }
}
