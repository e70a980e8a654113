package io.holdfast.core.internal.link;

import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.link.Handshake.Welcome;
import io.holdfast.core.internal.link.RefusalCounters.Side;
import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.runtime.PeerIdentity;
import io.holdfast.core.runtime.Transport.Refusal;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Peer;
import io.holdfast.core.spi.Links.RefusedException;
import io.holdfast.core.spi.MalformedFrameException;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** One connection that someone else opened, from its first byte to its end. */
final class InboundConnection implements ConnectionHandler {
    private final NodeLinks node;
    private final InetSocketAddress remote;
    private @Nullable Connection connection;
    private @Nullable Timer deadline;
    private @Nullable LiveLink link;
    private boolean over;

    InboundConnection(NodeLinks node, InetSocketAddress remote) {
        this.node = node;
        this.remote = remote;
    }

    @Override
    public void opened(Connection opened) {
        connection = opened;
        opened.limitFrames(HandshakeCodec.MAX_FRAME_BYTES);
        String refusal = node.handshakeBegins(this);
        if (!refusal.isEmpty()) {
            node.refusals().count(Side.ACCEPTOR, Refusal.TOO_MANY);
            warn(node.identity() + " closed a connection of " + remote.getHostString() + ": " + refusal);
            end(refusal);
            return;
        }
        deadline = node.loop().schedule(NodeLinks.HANDSHAKE_NANOS, this::tooLate);
    }

    private void tooLate() {
        deadline = null;
        node.refusals().count(Side.ACCEPTOR, Refusal.SILENT);
        String why = "no hello within " + NodeLinks.HANDSHAKE_NANOS / 1_000_000_000 + " s";
        warn(node.identity() + " closed a connection of " + remote.getHostString() + ": " + why);
        end(why);
    }

    void makeRoom() {
        node.refusals().count(Side.ACCEPTOR, Refusal.TOO_MANY);
        String why = "it was the slowest of " + NodeLinks.MOST_HANDSHAKES
                + " that had not said hello, and made room for others";
        warn(node.identity() + " closed a connection of " + remote.getHostString() + ": " + why);
        end(why);
    }

    /** Whether the hello may be read, which waits until the features have said what they serve. */
    void setReading(boolean reading) {
        if (connection != null) {
            connection.setReading(reading);
        }
    }

    /** Ends it; a link that stands hears of it. */
    void end(String why) {
        over = true;
        handshakeEnds();
        if (link != null) {
            link.disconnect(why);
        } else if (connection != null) {
            connection.close(why);
        }
    }

    @Override
    public void received(Connection from, ByteBuf frame) {
        if (link != null) {
            link.received(frame);
        } else if (!over) {
            Handshake greeting = HandshakeCodec.decode(frame);
            if (!(greeting instanceof Hello hello)) {
                throw new MalformedFrameException("the first frame of a dialler is not a hello");
            }
            greeted(from, hello);
        }
    }

    private void greeted(Connection from, Hello hello) {
        handshakeEnds();
        Identity self = node.identity();
        PeerIdentity certificate = from.peerIdentity();
        // First of all: only whoever is whom it says to be is told anything of this node.
        Reject objection = node.admission().judge(certificate, hello.nodeId(), hello.clusterName());
        if (objection == null) {
            objection = node.admission().judgeUse(certificate, hello.member(), hello.protocol());
        }
        if (objection == null) {
            objection = HandshakeRules.judge(self, hello);
        }
        if (objection != null) {
            reject(from, hello, objection);
            return;
        }
        NodeLinks.Served served = node.served(hello.protocol());
        if (served == null) {
            reject(
                    from,
                    hello,
                    new Reject(
                            RejectCode.PROTOCOL_NOT_SERVED,
                            self.nodeId() + " serves no link of protocol " + hello.protocol() + " to " + hello.nodeId()
                                    + " at present; the feature is missing there, or has not begun yet"));
            return;
        }
        Peer peer = new Peer(
                hello.nodeId(),
                hello.member(),
                hello.diskId(),
                Admission.names(certificate),
                node.admission().role(certificate));
        LinkListener listener;
        try {
            listener = served.acceptor().accept(peer);
        } catch (RefusedException e) {
            reject(from, hello, new Reject(RejectCode.REFUSED, String.valueOf(e.getMessage())));
            return;
        }
        Welcome welcome = new Welcome(
                HandshakeRules.chosenVersion(hello), self.clusterId(), self.nodeId(), self.diskId(), self.member());
        from.send(Lane.URGENT, HandshakeCodec.encode(welcome));
        from.flush();
        from.limitFrames(node.maxFrameBytes());
        LiveLink established = new LiveLink(from, peer, listener, node.flusher());
        link = established;
        node.linkUp(established);
        established.up();
        node.heardOf(served.protocol(), peer);
    }

    private void reject(Connection to, Hello hello, Reject reject) {
        over = true;
        String text = node.identity() + " rejected a link of " + hello.nodeId() + " of cluster " + hello.clusterName()
                + " from " + remote.getHostString() + " (" + reject.code() + "): " + reject.text();
        node.refusals().count(Side.ACCEPTOR, reject.code());
        node.rejections().rejected(remote.getHostString(), reject.code(), text);
        to.send(Lane.URGENT, HandshakeCodec.encode(reject));
        to.close(reject.code() + ": " + reject.text());
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
        handshakeEnds();
        if (link != null) {
            node.linkDown(link);
            link.closed(reason, detail);
        } else if (!over) {
            unheard(reason, detail);
        }
        over = true;
    }

    /** It ended before its hello. With TLS even a quiet end means something: certificates are there to be disliked. */
    private void unheard(CloseReason reason, String detail) {
        PeerIdentity certificate = connection == null ? null : connection.peerIdentity();
        String who = remote.getHostString()
                + (certificate == null ? "" : ", whose certificate names " + certificate.names());
        if (reason == CloseReason.PROTOCOL || reason == CloseReason.SECURITY) {
            node.refusals().count(Side.ACCEPTOR, reason);
            warn(node.identity() + " closed a connection of " + who + ": " + detail);
        } else if (reason == CloseReason.REMOTE && certificate != null) {
            node.refusals().count(Side.ACCEPTOR, Refusal.OWN_CERTIFICATE_REFUSED);
            warn(node.identity() + " was left without a hello by " + who
                    + "; it may have looked for another node than this one's certificate names. Its own log says");
        }
    }

    private void handshakeEnds() {
        node.handshakeEnded(this);
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    private void warn(String text) {
        node.rejections().warn(remote.getHostString(), text);
    }
}
