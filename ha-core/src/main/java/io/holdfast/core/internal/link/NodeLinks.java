package io.holdfast.core.internal.link;

import io.holdfast.core.Address;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.internal.link.RefusalCounters.Side;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.spi.Links;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All links of one node. Made on any thread; used on the loop from {@link #begin} on, save {@link #transportAcceptor()}
 * and {@link #upCount()}.
 */
public final class NodeLinks implements Links {
    static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Connections that have not said hello yet; beyond it the slowest makes room, since a node needs milliseconds. */
    static final int MOST_HANDSHAKES = 256;

    private final NodeRuntime runtime;
    private final Flusher flusher;
    private final RejectionLog rejections;
    private final Admission admission;
    private final RefusalCounters refusals;
    private final Map<Integer, Served> served = new HashMap<>();
    private final Set<InboundConnection> handshakes = new LinkedHashSet<>();
    private final Set<Dialer> dialers = new LinkedHashSet<>();
    private final Set<LiveLink> live = new LinkedHashSet<>();

    private Identity identity;
    private boolean begun;
    private boolean closed;
    private volatile int upCount;

    /** What a feature takes, and who takes it. */
    record Served(Protocol protocol, Acceptor acceptor) {}

    /** The same without certificates and with meters of its own. */
    NodeLinks(NodeRuntime runtime, String clusterName, String nodeId, boolean member) {
        this(runtime, clusterName, nodeId, member, Admission.open(), new SimpleMeterRegistry());
    }

    /**
     * Makes the links of a node that knows no cluster id and no disk id yet; see {@link #identify}.
     *
     * @param member false for a client
     */
    public NodeLinks(
            NodeRuntime runtime,
            String clusterName,
            String nodeId,
            boolean member,
            Admission admission,
            MeterRegistry meters) {
        this.runtime = runtime;
        this.identity = new Identity(clusterName, Identity.NONE, nodeId, Identity.NONE, member);
        this.flusher = new Flusher(runtime.loop());
        this.rejections = new RejectionLog(runtime.clock());
        this.admission = admission;
        this.refusals = new RefusalCounters(meters, clusterName, nodeId);
    }

    /**
     * Takes the connections that others open. What arrives before {@link #begin} waits, so that nobody is told that a
     * protocol is not served only because the feature has not come to say that it serves it.
     */
    public Transport.Acceptor transportAcceptor() {
        return new Transport.Acceptor() {
            @Override
            public ConnectionHandler accept(InetSocketAddress remote) {
                return new InboundConnection(NodeLinks.this, remote);
            }

            @Override
            public @Nullable ByteBuf refused(InetSocketAddress remote, Transport.Refusal refusal, String detail) {
                return strangerRefused(remote, refusal, detail);
            }
        };
    }

    /** Whoever speaks in plain to a node that speaks TLS is told so, and no more; everybody else is told nothing. */
    private @Nullable ByteBuf strangerRefused(InetSocketAddress remote, Transport.Refusal refusal, String detail) {
        refusals.count(Side.ACCEPTOR, refusal);
        boolean known = refusal == Transport.Refusal.NOT_HOLDFAST || refusal == Transport.Refusal.SILENT;
        String text =
                identity + " refused a connection from " + remote.getHostString() + " (" + refusal + "): " + detail;
        rejections.refused(remote.getHostString(), refusal, text, known);
        return refusal == Transport.Refusal.PLAIN_TEXT
                ? HandshakeCodec.encode(new Reject(RejectCode.TLS_REQUIRED, "this port speaks TLS only"))
                : null;
    }

    /** The features have begun: answers those who wait. On the loop. */
    public void begin() {
        begun = true;
        for (InboundConnection waiting : List.copyOf(handshakes)) {
            waiting.setReading(true);
        }
    }

    /** Links that stand, of both directions. Safe from any thread. */
    public int upCount() {
        return upCount;
    }

    /** Ends every link and every dial for good; no listener is called any more. On the loop. Idempotent. */
    public void close() {
        closed = true;
        String why = identity.nodeId() + " is stopping";
        List.copyOf(handshakes).forEach(handshake -> handshake.end(why));
        List.copyOf(live).forEach(link -> link.disconnectSilently(why));
        List.copyOf(dialers).forEach(Dialer::close);
    }

    /** Takes its meters away. After {@link #close}, or instead of it where the loop no longer runs. Not on the loop. */
    public void release() {
        refusals.close();
    }

    @Override
    public void identify(UUID clusterId, UUID diskId) {
        Identity changed = identity.with(clusterId, diskId);
        if (changed.equals(identity)) {
            return;
        }
        identity = changed;
        String why = identity.nodeId() + " has a new identity";
        // In the order in which they were made: dialling again happens in that order, too.
        List.copyOf(live).forEach(link -> link.disconnect(why));
        List.copyOf(dialers).forEach(dialer -> dialer.identityChanged(why));
    }

    @Override
    public void accept(Protocol protocol, Acceptor acceptor) {
        checkId(protocol);
        Served already = served.putIfAbsent(protocol.id(), new Served(protocol, acceptor));
        if (already != null) {
            throw new IllegalStateException("protocol " + protocol.id() + " of " + identity.nodeId()
                    + " is wanted by two features: " + already.protocol().name() + " and " + protocol.name());
        }
    }

    @Override
    public OutboundLink dial(
            Protocol protocol, @Nullable String expectedNodeId, Address address, LinkListener listener) {
        checkId(protocol);
        if (identity.nodeId().equals(expectedNodeId)) {
            throw new IllegalArgumentException("node " + expectedNodeId + " was told to dial itself at " + address
                    + " for " + protocol.name() + "; leave itself out");
        }
        Dialer dialer = new Dialer(
                this,
                protocol,
                expectedNodeId,
                address,
                listener,
                runtime.random().nextLong());
        if (closed) {
            dialer.close();
        } else {
            dialers.add(dialer);
            dialer.begin();
        }
        return dialer;
    }

    private static void checkId(Protocol protocol) {
        if (protocol.id() < 1 || protocol.id() > 255) {
            throw new IllegalArgumentException(
                    "protocol " + protocol.name() + " has the id " + protocol.id() + ", which is not within 1 to 255");
        }
    }

    /** Returns why the connection may not even say hello, empty if it may. */
    String handshakeBegins(InboundConnection connection) {
        if (closed) {
            return "the node is stopping";
        }
        if (handshakes.size() >= MOST_HANDSHAKES) {
            handshakes.iterator().next().makeRoom();
        }
        handshakes.add(connection);
        if (!begun) {
            connection.setReading(false);
        }
        return "";
    }

    void handshakeEnded(InboundConnection connection) {
        handshakes.remove(connection);
    }

    void linkUp(LiveLink link) {
        live.add(link);
        upCount = live.size();
    }

    void linkDown(LiveLink link) {
        live.remove(link);
        upCount = live.size();
    }

    void dialerClosed(Dialer dialer) {
        dialers.remove(dialer);
    }

    /** A node has linked to this one: whoever dials it for the same protocol need not wait. */
    void heardOf(Protocol protocol, Peer peer) {
        if (peer.member()) {
            new ArrayList<>(dialers).forEach(dialer -> dialer.heardOf(protocol, peer.nodeId()));
        }
    }

    @Nullable
    Served served(int protocolId) {
        return served.get(protocolId);
    }

    Identity identity() {
        return identity;
    }

    Flusher flusher() {
        return flusher;
    }

    Admission admission() {
        return admission;
    }

    RefusalCounters refusals() {
        return refusals;
    }

    RejectionLog rejections() {
        return rejections;
    }

    int maxFrameBytes() {
        return runtime.transport().maxFrameBytes();
    }

    EventLoop loop() {
        return runtime.loop();
    }

    Clock clock() {
        return runtime.clock();
    }

    Transport transport() {
        return runtime.transport();
    }

    Resolver resolver() {
        return runtime.resolver();
    }
}
