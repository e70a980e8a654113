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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A newcomer that listens still, since those whom it was told of do not answer, is told of those who vote by now. */
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

        @Override
        public Peer peer() {
            return new Peer("new", true, new UUID(1, 1));
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
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

    @Test
    void whoStillListensIsToldWhoVotesByNow() {
        JoinDriver driver = new JoinDriver(
                host,
                Path.of("data"),
                voter("a").diskId(),
                Map.of(),
                identity(voter("a"), voter("b")),
                Runnable::run,
                made -> {},
                formed -> {},
                (nodeId, address) -> {});
        driver.start();
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
}
