package io.holdfast.membership.node;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.membership.swim.MemberChange;
import io.holdfast.membership.wire.Sighting;
import io.holdfast.membership.wire.StreamCodec;
import io.holdfast.membership.wire.StreamMessage.Sightings;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients that want to know who is there. Each gets all that this member sees, and from then on what changes: soon, if somebody
 * came or went, and at most twice a second if somebody only says something else of itself, which loads do all the time. On the
 * loop.
 */
final class Followers {
    static final Protocol PROTOCOL = new Protocol(7, "members");
    /** More are sent to other members. A quarter of the connections that a node takes, so that members have room. */
    static final int MOST = 256;
    /** So often a follower hears at least something; it takes a member that says nothing for so many times that for lost. */
    static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long UPDATE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Sightings NOTHING_NEW = new Sightings(false, true, 0, List.of());

    private final String node;
    private final StreamFrames frames;
    private final EventLoop loop;
    private final Clock clock;
    private final Supplier<List<Sighting>> view;
    private final BooleanSupplier knows;
    /** Who has only connected. Whoever asked, with a key where there are keys, is in {@link #following}. */
    private final Set<Link> unproven = new LinkedHashSet<>();

    /** How many frames each has been sent. */
    private final Map<Link, Long> following = new LinkedHashMap<>();
    /** The newest of each member, not told yet. */
    private final Map<String, Sighting> changed = new LinkedHashMap<>();

    private @Nullable Timer timer;
    private long timerNanos;
    private long toldNanos;
    private volatile int count;
    private boolean closed;

    /**
     * Makes it.
     *
     * @param view all that this member sees now, itself included
     * @param knows false as long as it has just started and looks for others: what it sees then is no news of anybody
     */
    Followers(
            String node,
            StreamFrames frames,
            EventLoop loop,
            Clock clock,
            Supplier<List<Sighting>> view,
            BooleanSupplier knows) {
        this.node = node;
        this.frames = frames;
        this.loop = loop;
        this.clock = clock;
        this.view = view;
        this.knows = knows;
        this.toldNanos = clock.nanoTime() - UPDATE_NANOS;
    }

    /** How many follow. Safe from any thread. */
    int count() {
        return count;
    }

    LinkListener accept(Links.Peer peer) {
        if (closed) {
            throw new Links.RefusedException(node + " stops");
        }
        if (!knows.getAsBoolean()) {
            throw new Links.RefusedException(node + " has just started and knows nobody yet; others may");
        }
        if (following.size() + unproven.size() >= MOST) {
            if (!unproven.isEmpty()) { // as for gossip's own links: it makes room, and the others are let in
                Link idle = unproven.iterator().next();
                unproven.remove(idle);
                idle.disconnect("it has asked for nothing, and others need its place");
                return new One();
            }
            throw new Links.RefusedException(
                    MOST + " clients learn of the members from " + node + " already; others have room");
        }
        return new One();
    }

    /** The view has changed. */
    void changed(MemberChange change) {
        boolean forgotten = change.kind() == MemberChange.Kind.FORGOTTEN;
        changed(
                new Sighting(change.member(), forgotten ? null : change.state()),
                change.kind() != MemberChange.Kind.UPDATED);
    }

    /** @param soon false for what a member says of itself */
    void changed(Sighting sighting, boolean soon) {
        if (following.isEmpty()) {
            return;
        }
        changed.put(sighting.member().id(), sighting);
        long now = clock.nanoTime();
        arm(soon ? now + SOON_NANOS : Math.max(now + SOON_NANOS, toldNanos + UPDATE_NANOS));
    }

    private void arm(long wanted) {
        if (timer != null && timerNanos - wanted <= 0) {
            return;
        }
        cancel();
        timerNanos = wanted;
        timer = loop.schedule(Math.max(0, wanted - clock.nanoTime()), this::tell);
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void tell() {
        timer = null;
        toldNanos = clock.nanoTime();
        List<Sighting> news = List.copyOf(changed.values());
        changed.clear();
        StreamCodec.cut(false, news, this::toAll);
    }

    /** Says at least that this member is there. Called every {@link #BEAT_NANOS}. */
    void beat() {
        if (!following.isEmpty() && clock.nanoTime() - toldNanos >= BEAT_NANOS / 2) {
            toAll(NOTHING_NEW);
        }
    }

    private void toAll(Sightings seen) {
        List.copyOf(following.keySet()).forEach(link -> tell(link, seen));
    }

    /** Whoever does not keep up begins anew, and then needs only what is true by then. */
    private void tell(Link link, Sightings seen) {
        Long sent = following.computeIfPresent(link, (each, before) -> before + 1);
        if (sent != null && !frames.sendSightings(link, seen.numbered(sent)) && remove(link)) {
            link.disconnect("it does not read what it is told of the members");
        }
    }

    private boolean remove(Link link) {
        boolean was = following.remove(link) != null;
        count = following.size();
        if (following.isEmpty()) {
            changed.clear();
            cancel();
        }
        return was;
    }

    void close() {
        closed = true;
        unproven.clear(); // they hang up when the node does
        List.copyOf(following.keySet()).forEach(link -> {
            remove(link);
            link.disconnect(node + " stops");
        });
    }

    private final class One implements LinkListener {
        @Override
        public void up(Link link) {
            unproven.add(link);
        }

        @Override
        public void received(Link link, ByteBuf frame) {
            frames.open(frame, new StreamFrames.Reader() {
                @Override
                public void follow() {
                    if (unproven.remove(link) && following.putIfAbsent(link, 0L) == null) {
                        count = following.size();
                        StreamCodec.cut(true, view.get(), seen -> tell(link, seen));
                    }
                }
            });
        }

        @Override
        public void down(Link link, CloseReason reason, String detail) {
            unproven.remove(link);
            remove(link);
        }
    }
}
