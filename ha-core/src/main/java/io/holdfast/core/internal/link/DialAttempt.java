package io.holdfast.core.internal.link;

import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.link.Handshake.Welcome;
import io.holdfast.core.internal.link.RefusalCounters.Side;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.runtime.Transport.Refusal;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One connection that a {@link Dialer} opens, from the dial to its end, whichever way that comes. */
final class DialAttempt implements ConnectionHandler {
    private final NodeLinks node;
    private final Dialer dialer;
    private final InetSocketAddress target;
    private @Nullable Connection connection;
    private @Nullable Timer deadline;
    private @Nullable LiveLink link;
    private @Nullable DialFailure failure;
    private boolean abandoned;

    DialAttempt(NodeLinks node, Dialer dialer, InetSocketAddress target) {
        this.node = node;
        this.dialer = dialer;
        this.target = target;
    }

    InetSocketAddress target() {
        return target;
    }

    /** The dialler wants nothing of it any more and hears nothing of it any more. */
    void abandon(String why) {
        abandoned = true;
        cancelDeadline();
        if (connection != null) {
            connection.close(why);
        }
    }

    @Override
    public void opened(Connection opened) {
        connection = opened;
        opened.limitFrames(HandshakeCodec.MAX_FRAME_BYTES);
        if (abandoned) {
            opened.close("no longer wanted");
            return;
        }
        String expected = dialer.expectedNodeId();
        Reject objection = expected == null ? null : certificateOf(opened, expected);
        if (objection != null) { // before it is told who this node is
            rejected(objection, node.identity() + " rejected");
            return;
        }
        deadline = node.loop().schedule(NodeLinks.HANDSHAKE_NANOS, this::tooLate);
        opened.send(Lane.URGENT, HandshakeCodec.encode(dialer.hello()));
        opened.flush();
    }

    private @Nullable Reject certificateOf(Connection far, String nodeId) {
        String cluster = node.identity().clusterName();
        return cluster.isEmpty()
                ? node.admission().judgeInAnyCluster(far.peerIdentity(), nodeId)
                : node.admission().judge(far.peerIdentity(), nodeId, cluster);
    }

    private void tooLate() {
        deadline = null;
        fail(new DialFailure(
                CloseReason.UNREACHABLE,
                target + " did not answer the hello within " + NodeLinks.HANDSHAKE_NANOS / 1_000_000_000 + " s",
                false));
    }

    private void fail(DialFailure why) {
        failure = why;
        cancelDeadline();
        if (connection != null) {
            connection.close(why.detail());
        }
    }

    @Override
    public void received(Connection from, ByteBuf frame) {
        if (link != null) {
            link.received(frame);
        } else if (!abandoned && failure == null) {
            answered(from, HandshakeCodec.decode(frame));
        }
    }

    private void answered(Connection from, Handshake answer) {
        if (answer instanceof Welcome welcome) {
            Reject objection = certificateOf(from, welcome.nodeId());
            if (objection == null) {
                objection = node.admission().judgeUse(from.peerIdentity(), welcome.member(), 0);
            }
            if (objection == null) {
                objection = HandshakeRules.judge(node.identity(), dialer.expectedNodeId(), welcome);
            }
            if (objection == null) {
                cancelDeadline();
                Peer peer = new Peer(
                        welcome.nodeId(),
                        welcome.member(),
                        welcome.diskId(),
                        Admission.names(from.peerIdentity()),
                        node.admission().role(from.peerIdentity()));
                from.limitFrames(node.maxFrameBytes());
                link = new LiveLink(from, peer, dialer.listener(), node.flusher());
                dialer.up(link);
            } else {
                rejected(objection, node.identity() + " rejected");
            }
        } else if (answer instanceof Reject reject) {
            rejected(reject, node.identity() + " was rejected by");
        } else {
            throw new MalformedFrameException("a hello from the end that was dialled");
        }
    }

    private void rejected(Reject reject, String who) {
        String text = who + " " + dialer + " (" + reject.code() + "): " + reject.text();
        node.refusals().count(Side.DIALLER, reject.code());
        node.rejections().rejected(dialer.address().toString(), reject.code(), text);
        fail(new DialFailure(CloseReason.PROTOCOL, reject.code() + ": " + reject.text(), true));
    }

    @Override
    public void receivedAll(Connection from) {
        if (link != null) {
            link.receivedAll();
        }
    }

    @Override
    public void writable(Connection to) {
        if (link != null) {
            link.writable();
        }
    }

    @Override
    public void closed(CloseReason reason, String detail) {
        cancelDeadline();
        if (link != null) {
            dialer.down(link, reason, detail);
        } else if (failure != null) {
            dialer.failed(this, failure);
        } else if (!abandoned) {
            String why = explained(reason, detail);
            boolean rejected = reason == CloseReason.PROTOCOL || reason == CloseReason.SECURITY;
            if (rejected || !why.equals(detail)) {
                node.refusals().count(Side.DIALLER, rejected ? reason : Refusal.OWN_CERTIFICATE_REFUSED);
                node.rejections()
                        .warn(dialer.address().toString(), node.identity() + " gave up " + dialer + ": " + why);
            }
            dialer.failed(this, new DialFailure(reason, target + ": " + why, rejected));
        }
    }

    /**
     * In TLS 1.3 the acceptor judges the dialler's certificate when the dialler is done, and what it says of it may get lost
     * in a reset.
     */
    private String explained(CloseReason reason, String detail) {
        boolean secured = connection != null && connection.peerIdentity() != null;
        return secured && reason == CloseReason.REMOTE
                ? detail
                        + ", after TLS and before its answer; if it goes on, it may not take this node's certificate. Its"
                        + " own log says"
                : detail;
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }
}
