package io.holdfast.core.internal.link;

import io.holdfast.core.Address;
import io.holdfast.core.internal.link.Handshake.Hello;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.OutboundLink;
import io.holdfast.core.spi.Links.Protocol;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one link: pauses, looks the name up, tries each address it stands for, and begins again when the link ends. A
 * link that was up is dialled again at once, for the answer of the far host is the fastest evidence of a death there is;
 * one that keeps ending as soon as it is up is not, or two nodes that disagree would do nothing else.
 */
final class Dialer implements OutboundLink {
    static final long SHORT_LIVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** In a row, dialled again at once; both ends may change their identity shortly after one another. */
    static final int MOST_SHORT_LIVES = 3;

    private static final int MOST_ADDRESSES = 16;

    private enum State {
        PAUSING,
        DIALLING,
        UP,
        CLOSED
    }

    private final NodeLinks node;
    private final Protocol protocol;
    private final @Nullable String expectedNodeId;
    private final Address address;
    private final LinkListener listener;
    private final Backoff afterFailure;
    private final Backoff afterRejection;
    private final Backoff afterShortLife;

    private State state = State.PAUSING;
    private @Nullable Timer pause;
    private long round; // tells the answer to a look-up that is still wanted from one that is not
    private List<InetSocketAddress> untried = List.of();
    private final List<DialFailure> failures = new ArrayList<>();
    private @Nullable DialAttempt attempt;
    private @Nullable LiveLink link;
    private long upSinceNanos;
    private int shortLives;

    Dialer(
            NodeLinks node,
            Protocol protocol,
            @Nullable String expectedNodeId,
            Address address,
            LinkListener listener,
            long seed) {
        this.node = node;
        this.protocol = protocol;
        this.expectedNodeId = expectedNodeId;
        this.address = address;
        this.listener = listener;
        SplittableRandom random = new SplittableRandom(seed);
        this.afterFailure = new Backoff(TimeUnit.MILLISECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(1), random);
        this.afterRejection = new Backoff(TimeUnit.MILLISECONDS.toNanos(250), TimeUnit.SECONDS.toNanos(5), random);
        this.afterShortLife = new Backoff(TimeUnit.MILLISECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(1), random);
    }

    /** Dials for the first time, after the current call. */
    void begin() {
        pause(0);
    }

    Hello hello() {
        Identity self = node.identity();
        return new Hello(
                Handshake.LOWEST_VERSION,
                Handshake.HIGHEST_VERSION,
                protocol.id(),
                self.member(),
                self.clusterName(),
                self.clusterId(),
                self.nodeId(),
                self.diskId(),
                expectedNodeId == null ? "" : expectedNodeId);
    }

    @Nullable
    String expectedNodeId() {
        return expectedNodeId;
    }

    LinkListener listener() {
        return listener;
    }

    private void pause(long nanos) {
        state = State.PAUSING;
        pause = node.loop().schedule(nanos, this::dial);
    }

    private void dial() {
        pause = null;
        state = State.DIALLING;
        failures.clear();
        long wanted = ++round;
        node.resolver().resolve(address, (addresses, problem) -> {
            if (state == State.DIALLING && round == wanted) {
                resolved(addresses, problem);
            }
        });
    }

    private void resolved(List<InetSocketAddress> addresses, String problem) {
        untried = addresses.subList(0, Math.min(addresses.size(), MOST_ADDRESSES));
        if (untried.isEmpty()) {
            String why = problem.isEmpty() ? "the name stands for no address" : problem;
            givenUp(new DialFailure(CloseReason.UNREACHABLE, "cannot look up " + address + ": " + why, false));
        } else {
            tryNext();
        }
    }

    private void tryNext() {
        InetSocketAddress target = untried.get(0);
        untried = untried.subList(1, untried.size());
        DialAttempt next = new DialAttempt(node, this, target);
        attempt = next;
        node.transport().connect(target, next);
    }

    void up(LiveLink established) {
        state = State.UP;
        link = established;
        upSinceNanos = node.clock().nanoTime();
        afterFailure.reset();
        afterRejection.reset();
        node.linkUp(established);
        established.up();
    }

    void down(LiveLink ended, CloseReason reason, String detail) {
        node.linkDown(ended);
        link = null;
        attempt = null;
        ended.closed(reason, detail);
        if (state != State.CLOSED) {
            if (node.clock().nanoTime() - upSinceNanos < SHORT_LIVED_NANOS) {
                shortLives++;
            } else {
                shortLives = 0;
                afterShortLife.reset();
            }
            pause(shortLives > MOST_SHORT_LIVES ? afterShortLife.next() : 0);
        }
    }

    void failed(DialAttempt failed, DialFailure failure) {
        if (state != State.DIALLING || attempt != failed) {
            return;
        }
        attempt = null;
        failures.add(failure);
        if (untried.isEmpty()) {
            givenUp(DialFailure.together(failures));
        } else {
            tryNext();
        }
    }

    private void givenUp(DialFailure failure) {
        pause(failure.rejected() ? afterRejection.next() : afterFailure.next());
        listener.dialFailed(failure.reason(), failure.detail());
    }

    /** This node is someone else now: what it told the far end is no longer so. */
    void identityChanged(String why) {
        if (link != null) {
            link.disconnect(why);
        } else if (state == State.DIALLING) {
            abandonAttempt(why);
            pause(0);
        }
    }

    /** The node that this looks for has just linked to this node for the same protocol, so it is there and serves it. */
    void heardOf(Protocol linked, String nodeId) {
        if (linked.id() == protocol.id() && nodeId.equals(expectedNodeId)) {
            dialNow();
        }
    }

    private void abandonAttempt(String why) {
        round++;
        if (attempt != null) {
            attempt.abandon(why);
            attempt = null;
        }
    }

    @Override
    public @Nullable Link current() {
        return link;
    }

    @Override
    public void dialNow() {
        if (state == State.PAUSING && pause != null) {
            pause.cancel();
            pause(0);
        }
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        node.dialerClosed(this);
        if (pause != null) {
            pause.cancel();
            pause = null;
        }
        if (link != null) {
            link.disconnectSilently("no longer wanted");
        } else {
            abandonAttempt("no longer wanted");
        }
    }

    @Override
    public String toString() {
        return (expectedNodeId == null ? "the node" : expectedNodeId) + " at " + address + ", link " + protocol.name();
    }
}
