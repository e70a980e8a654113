package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.replication.bootstrap.JoinDriver;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.Voter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a newcomer is told, and what it makes of it while those whom it was told of do not answer. */
class JoinAnswersTest {
    private final NodeHost host = new NodeHost();

    private static Voter voter(String node) {
        return new Voter(node, new UUID(1, node.hashCode()), new Address(node, 1));
    }

    private static Identity identity(Voter... voters) {
        UUID cluster = new UUID(7, 7);
        return new Identity("shop", cluster, cluster, "a", voter("a").diskId(), State.FORMED, true, List.of(voters));
    }

    private static final class Newcomer implements Link {
        private int told;
        private @Nullable ByteBuf heard;

        @Override
        public Peer peer() {
            return new Peer("new", true, new UUID(1, 1));
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            heard = Unpooled.copiedBuffer(frame);
            frame.release();
            told++;
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
            throw new AssertionError(why);
        }
    }

    /** One that is part of the cluster of those voters. */
    private JoinDriver answers(Voter... voters) {
        JoinDriver driver = new JoinDriver(
                host,
                Path.of("data"),
                voter("a").diskId(),
                1,
                Map.of(),
                identity(voters),
                Runnable::run,
                made -> true,
                formed -> {},
                (nodeId, address) -> {});
        driver.start();
        return driver;
    }

    @Test
    void whoStillListensIsToldWhoVotesByNow() {
        JoinDriver driver = answers(voter("a"), voter("b"));
        Newcomer newcomer = new Newcomer();
        LinkListener answers = host.accepted(newcomer.peer());
        answers.up(newcomer);
        assertEquals(1, newcomer.told);
        driver.changed(identity(voter("a"), voter("c")));
        assertEquals(2, newcomer.told);
        driver.changed(identity(voter("a"), voter("c")));
        assertEquals(2, newcomer.told, "that is no news");
        answers.down(newcomer, CloseReason.REMOTE, "it has joined");
        driver.changed(identity(voter("a"), voter("d")));
        assertEquals(2, newcomer.told);
        driver.stop();
    }

    /** Nothing is written down: with the right release the same directory is still empty, and it joins. */
    @Test
    void anOlderNewcomerDoesNotJoinARaisedLog() {
        Newcomer other = new Newcomer();
        JoinDriver answers = answers(voter("b"));
        answers.changed(identity(voter("b")).at(1, 2));
        host.accepted(other.peer()).up(other);
        ByteBuf answer = Objects.requireNonNull(other.heard);
        answers.stop();
        assertEquals(List.of(), joined(1, answer.copy()));
        assertEquals(List.of("writes what cluster it is"), joined(2, answer));
    }

    private List<String> joined(int level, ByteBuf answer) {
        List<String> done = new ArrayList<>();
        JoinDriver driver = new JoinDriver(
                host,
                Path.of("data"),
                voter("new").diskId(),
                level,
                Map.of(new Address("seed", 1), ""),
                null,
                task -> done.add("writes what cluster it is"),
                made -> true,
                formed -> {},
                (nodeId, address) -> {});
        driver.start();
        NodeHost.Dialled seed = host.at("null@seed:1");
        seed.up(new Peer("s", true, voter("s").diskId()));
        seed.hears(answer);
        driver.stop();
        return done;
    }

    /** Until it hears a master it turns to whoever answers, and to those whom that one names; seeds are asked for no longer. */
    @Test
    void whoHearsNoMasterIsGuidedBySeedsUntilItDoes() {
        Newcomer other = new Newcomer();
        JoinDriver answers = answers(voter("b"), voter("c"));
        host.accepted(other.peer()).up(other);
        ByteBuf answer = Objects.requireNonNull(other.heard);
        answers.stop();
        List<String> guides = new ArrayList<>();
        JoinDriver driver = new JoinDriver(
                host,
                Path.of("data"),
                voter("new").diskId(),
                1,
                Map.of(new Address("seed", 1), "", new Address("a", 1), "", new Address("elsewhere", 1), "a"),
                identity(voter("a")),
                Runnable::run,
                made -> true,
                formed -> {},
                (nodeId, address) -> guides.add(nodeId + "@" + address));
        driver.start();
        driver.seek(false);
        assertEquals(0, host.dialledCount());
        driver.seek(true);
        NodeHost.Dialled seed = host.at("null@seed:1");
        seed.up(new Peer("s", true, voter("s").diskId()));
        seed.hears(answer);
        driver.seek(true);
        assertEquals(List.of("s@seed:1", "b@b:1", "c@c:1"), guides);
        assertEquals(1, host.dialledCount());
        driver.seek(false);
        assertEquals(0, host.dialledCount());
        guides.clear();
        driver.seek(true);
        assertEquals(List.of(), guides, "what was said then may be past");
        assertEquals(1, host.dialledCount());
        driver.stop();
        assertEquals(0, host.dialledCount());
    }
}
