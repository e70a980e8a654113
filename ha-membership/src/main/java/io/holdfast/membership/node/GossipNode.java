package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.HaEvent;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.runtime.EventLoop.Timer;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.core.spi.Seal;
import io.holdfast.membership.MemberGossip;
import io.holdfast.membership.swim.MemberChange;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.ProbeOutcome;
import io.holdfast.membership.swim.Swim;
import io.holdfast.membership.swim.SwimConfig;
import io.holdfast.membership.swim.SwimMessage;
import io.holdfast.membership.swim.SwimOutput;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.Sighting;
import io.holdfast.membership.wire.SwimCodec;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link Swim} in a node: hands it what arrives and what time it is, and does what it wants done. On the node's loop, save
 * for the snapshots and what users call.
 */
public final class GossipNode implements RunningFeature, Membership, MemberGossip, SwimOutput {
    private static final Logger LOG = LoggerFactory.getLogger(GossipNode.class);
    private static final long MEASURE_NANOS = Followers.BEAT_NANOS;
    private static final long ROUTE_FORGETS_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final GossipSettings settings;
    private final FeatureContext context;
    private final NodeRuntime runtime;
    private final String id;
    /** Null without datagrams: then nothing is bound, and nothing listened to. */
    private final @Nullable DatagramPort datagrams;

    private final Seal streamSeal;
    /** Of its own: many clients take many numbers, and what is overtaken by a thousand others counts as replayed. */
    private final Seal followersSeal;

    private final AddressBook addresses;
    private final Worker worker;
    private final Inbox inbox;
    private final GossipInspection inspection = new GossipInspection(this::members, null);
    private final Told told = new Told();
    private final AtomicInteger waitingSends = new AtomicInteger();
    private final Facts facts;
    private @Nullable Roster roster;
    private @Nullable Streams streams;
    private @Nullable StreamFrames frames;
    private @Nullable Carriers carriers;
    private @Nullable Watches watches;
    private @Nullable Routes routes;
    private @Nullable Followers followers;
    private @Nullable Seeking seeking;
    private @Nullable Company company;
    private @Nullable GossipMeters meters;
    private volatile @Nullable Swim swim;
    private volatile Members members;
    private @Nullable Link asking;
    private @Nullable Timer timer;
    private long timerNanos;
    private @Nullable Runnable stopped;
    private boolean silenced; // the core says nothing any more

    /** Makes the running part; it does nothing before {@link #start}. */
    public GossipNode(GossipSettings settings, FeatureContext context) {
        this.settings = settings;
        this.context = context;
        this.runtime = context.runtime();
        this.id = context.node().id();
        this.streamSeal = context.seal(settings.keys(), StreamFrames.MOST_BYTES);
        this.followersSeal = context.seal(settings.keys(), StreamFrames.MOST_BYTES);
        this.datagrams = settings.datagrams()
                ? context.datagrams(context.seal(settings.keys(), 0), new DatagramPort.Handler() {
                    @Override
                    public void received(InetSocketAddress from, ByteBuf payload) {
                        messages(new Address(from.getHostString(), from.getPort()), SwimCodec.decode(payload));
                    }
                })
                : null;
        this.facts = new Facts(context.node(), context, this::sayNow);
        this.addresses = new AddressBook(runtime.resolver(), runtime.clock());
        this.worker = runtime.newWorker("discovery");
        this.inbox = new Inbox(id, settings.listener(), context);
        this.members = new Roster(context.node()).snapshot();
    }

    // ---- life

    @Override
    public void open() {
        context.ready(false, "has not looked for others yet");
    }

    @Override
    public void start() {
        Node self = context.node();
        Roster made = new Roster(self);
        roster = made;
        members = made.snapshot();
        MemberInfo info = new MemberInfo(
                id,
                runtime.random().nextLong(),
                1,
                self.advertisedAddress(),
                self.isEphemeral() ? MemberInfo.EPHEMERAL : 0,
                MetadataCodec.encode(self, MemberFacts.NONE));
        Swim core = new Swim(
                settings.config(),
                info,
                SwimCodec::size,
                new SplittableRandom(runtime.random().nextLong()),
                this);
        swim = core;
        SwimConfig config = settings.config();
        StreamFrames sealed = new StreamFrames(streamSeal, runtime.allocator(), self.advertisedAddress());
        frames = sealed;
        streams = new Streams(context, sealed, config.maxMembers(), new StreamEvents());
        watches = new Watches(context.links(), sealed, new WatchEvents());
        Carriers carrying = new Carriers(context.links(), runtime.clock(), sealed);
        carriers = carrying;
        routes = new Routes(id, context, datagrams, addresses, carrying, ROUTE_FORGETS_NANOS);
        Inbound inbound =
                new Inbound(id, info.boot(), sealed, config.maxMembers(), runtime.loop(), new InboundEvents());
        context.links().accept(Streams.PROTOCOL, inbound::accept);
        Followers following = new Followers(
                id,
                new StreamFrames(followersSeal, runtime.allocator(), self.advertisedAddress()),
                runtime.loop(),
                runtime.clock(),
                this::view,
                () -> company != null && company.isReady());
        followers = following;
        context.links().accept(Followers.PROTOCOL, following::accept);
        meters = new GossipMeters(context, () -> members, core, following::count);
        core.start(now(), List.of());
        company = new Company(id, settings, context);
        runtime.loop().schedule(MEASURE_NANOS, this::measure);
        if (context.standalone()) {
            company.standalone();
        } else {
            seeking = new Seeking(id, settings.discovery(), runtime, worker, this::isAlone, this::found);
            company.begin(seeking::problem);
            seeking.look();
        }
        settle();
        facts.begin();
    }

    private void found(List<Address> seeds) {
        Swim core = swim;
        if (core != null) {
            Address own = context.node().advertisedAddress();
            core.discovered(now(), seeds.stream().filter(a -> !a.equals(own)).toList());
            Objects.requireNonNull(company, "made before anybody looks").looked(seeds, own);
            settle();
        }
    }

    private boolean isAlone() {
        return members.isAlone();
    }

    @Override
    public void stop(Runnable done) {
        Swim core = swim;
        Seeking looking = seeking;
        if (looking != null) {
            looking.stop();
        }
        if (core == null || silenced) {
            quiet();
            done.run();
            return;
        }
        stopped = done;
        core.leave(now());
        settle();
    }

    @Override
    public void leaveDone() {
        Runnable done = stopped;
        if (done != null) {
            stopped = null;
            // After the core's call has ended: whoever stops takes the node apart.
            runtime.loop().execute(() -> {
                quiet();
                done.run();
            });
        }
    }

    /** Ends what it keeps going. */
    private void quiet() {
        swim = null;
        Timer running = timer;
        if (running != null) {
            running.cancel();
        }
        if (watches != null) {
            watches.close();
        }
        if (streams != null) {
            streams.close();
        }
        if (followers != null) {
            followers.close();
        }
        if (carriers != null) {
            carriers.close();
        }
        if (routes != null) {
            routes.close();
        }
        addresses.close();
        if (company != null) {
            company.stop();
        }
        facts.stop();
    }

    @Override
    public void close() {
        worker.close();
        inbox.close();
        if (meters != null) {
            meters.close();
        }
    }

    // ---- time

    private long now() {
        return runtime.clock().nanoTime();
    }

    /** After each call of the core: publishes what changed and sets the timer that it wants. */
    private void settle() {
        Roster shown = roster;
        Swim core = swim;
        if (shown == null || core == null) {
            return;
        }
        shown.publish();
        Members before = members;
        members = shown.snapshot();
        if (before != members) {
            Objects.requireNonNull(company, "made before the first change").changed(members);
            Seeking looking = seeking;
            if (looking != null && members.isAlone() && !before.isAlone()) {
                looking.hurry();
            }
        }
        arm(core.nextWake());
        told.tell();
    }

    private void arm(long wanted) {
        if (timer != null && timerNanos == wanted) {
            return;
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (wanted != Long.MAX_VALUE) {
            timerNanos = wanted;
            timer = runtime.loop().schedule(Math.max(0, wanted - now()), this::tick);
        }
    }

    private void measure() {
        if (swim != null && meters != null && routes != null && carriers != null && followers != null) {
            followers.beat();
            carriers.look();
            routes.look();
            meters.update(routes.overTcp());
            runtime.loop().schedule(MEASURE_NANOS, this::measure);
        }
    }

    private void tick() {
        timer = null;
        Swim core = swim;
        if (core != null) {
            core.tick(now());
            settle();
        }
    }

    /** All that this member sees, for those who follow it. */
    private List<Sighting> view() {
        Swim core = Objects.requireNonNull(swim, "links end before the core does");
        List<Sighting> view = new ArrayList<>();
        view.add(new Sighting(core.self(), MemberState.ALIVE));
        core.members().forEach(member -> view.add(new Sighting(member.info(), member.state())));
        return view;
    }

    // ---- what arrives

    private void messages(Address from, List<SwimMessage> messages) {
        run(core -> core.received(now(), from, messages));
    }

    /** What others send over links that they opened. */
    private final class InboundEvents implements Inbound.Listener {
        @Override
        public void asked(Link link, SwimTable table) {
            asking = link;
            run(core -> core.pushPullAsked(now(), 0, table));
            asking = null;
        }

        @Override
        public void messages(Address from, ByteBuf payload, boolean inReturn) {
            List<SwimMessage> read = SwimCodec.decode(payload);
            if (!inReturn) {
                Objects.requireNonNull(routes, "made with the streams").wroteByStream(from);
            }
            GossipNode.this.messages(from, read);
        }
    }

    /** What comes of this node's own links. */
    private final class StreamEvents implements Streams.Listener {
        @Override
        public void answered(Address by, SwimTable table) {
            run(core -> core.pushPullAnswered(now(), by, table));
        }

        @Override
        public void failed(Address to, boolean refused) {
            run(core -> core.pushPullFailed(now(), to, refused));
        }

        @Override
        public void probed(long probe, MemberInfo member, ProbeOutcome outcome) {
            if (outcome == ProbeOutcome.ANSWERED) {
                Objects.requireNonNull(routes, "made with the streams")
                        .answeredByStreamAlone(member.address(), member.id());
            }
            run(core -> core.probed(now(), probe, outcome));
        }
    }

    /** What becomes of the links to those whom this node watches. */
    private final class WatchEvents implements Watches.Listener {
        @Override
        public void closed(String nodeId) {
            run(core -> core.linkClosed(now(), nodeId));
        }

        @Override
        public void refused(Address address) {
            run(core -> core.refused(now(), address));
        }
    }

    private void run(Consumer<Swim> input) {
        Swim core = swim;
        if (core != null) {
            input.accept(core);
            settle();
        }
    }

    // ---- what the core wants done

    @Override
    public void send(Address to, List<SwimMessage> messages) {
        ByteBuf payload = runtime.allocator().buffer(settings.config().datagramBytes() + SwimCodec.HEADER_BYTES);
        SwimCodec.encode(payload, messages);
        Objects.requireNonNull(routes, "made before the core starts").send(to, payload);
    }

    @Override
    public void pushPull(Address to, SwimTable mine) {
        Objects.requireNonNull(streams, "made before the core starts").exchange(to, mine);
    }

    @Override
    public void answer(long stream, SwimTable mine) {
        // Asked and answered within one call, see Swim.pushPullAsked.
        Objects.requireNonNull(frames, "it asked").sendTable(Objects.requireNonNull(asking, "it asked"), true, mine);
    }

    @Override
    public void probe(long probe, MemberInfo member) {
        Objects.requireNonNull(streams, "made before the core starts").probe(probe, member);
    }

    @Override
    public void watch(MemberInfo member) {
        Objects.requireNonNull(watches, "made before the core starts").watch(member);
    }

    @Override
    public void unwatch(String nodeId) {
        Objects.requireNonNull(watches, "made before the core starts").unwatch(nodeId);
    }

    @Override
    public void changed(MemberChange change) {
        MemberEvent event =
                Objects.requireNonNull(roster, "made before the core starts").take(change);
        Objects.requireNonNull(meters, "made before the core starts").count(event.kind());
        switch (event.kind()) {
            case UPDATED -> LOG.debug("node {}: {}", id, event);
            case SUSPECTED, DIED ->
                LOG.warn("node {}: {} at {}", id, event, event.member().address());
            default -> LOG.info("node {}: {} at {}", id, event, event.member().address());
        }
        told.add(event); // told when the snapshot shows it, too
        Objects.requireNonNull(followers, "made before the core starts").changed(change);
    }

    @Override
    public void conflict(Address other, long otherBoot, boolean refused) {
        String both = "two processes say that they are node " + id + ": this one at "
                + context.node().advertisedAddress() + " and one at " + other;
        if (refused) {
            silenced = true;
            context.fail(new NotAvailableException(
                    both + ", which was there first; give each process an id of its own, and start this one again"));
        } else {
            LOG.error("node {}: {}, which came later and is refused; give each process an id of its own", id, both);
            context.event(HaEvent.Kind.MEMBER, id, both);
        }
    }

    @Override
    public void delivered(String origin, byte[] payload, boolean broadcast) {
        inbox.add(origin, payload, broadcast);
    }

    // ---- what others of this node ask for

    @Override
    public Members members() {
        return members;
    }

    @Override
    public void listen(Consumer<MemberEvent> listener) {
        told.listen(listener);
    }

    @Override
    public void say(UnaryOperator<MemberFacts> change) {
        facts.change(change);
    }

    /** The facts have changed, and leave the node. */
    private void sayNow(MemberFacts said, byte[] metadata) {
        run(core -> {
            Node self = context.node();
            core.update(now(), self.advertisedAddress(), metadata);
            MemberInfo now = core.self();
            Objects.requireNonNull(roster, "made before the core").self(self, said, now.incarnation());
            Objects.requireNonNull(followers, "made before the core starts")
                    .changed(new Sighting(now, MemberState.ALIVE), false);
        });
    }

    @Override
    public void doubt(String nodeId, boolean refused) {
        run(core -> {
            if (refused) {
                members.find(nodeId).ifPresent(member -> core.refused(now(), member.address()));
            } else {
                core.linkClosed(now(), nodeId);
            }
        });
    }

    @Override
    public Inspectable inspectable() {
        return inspection;
    }

    // ---- what users ask for, on their threads

    @Override
    public boolean send(String nodeId, byte[] payload) {
        check(payload);
        boolean there = members.find(nodeId)
                .filter(member -> member.isPresent() && !nodeId.equals(id))
                .isPresent();
        byte[] copy = payload.clone();
        return there && later(core -> core.send(now(), nodeId, copy));
    }

    @Override
    public boolean broadcast(byte[] payload) {
        check(payload);
        byte[] copy = payload.clone();
        return later(core -> core.broadcast(now(), copy));
    }

    @Override
    public void tell(UnaryOperator<MemberFacts> change) {
        facts.change(change);
    }

    private static void check(byte[] payload) {
        if (payload.length > MOST_BYTES) {
            throw new IllegalArgumentException("a message of " + payload.length + " bytes; gossip carries at most "
                    + MOST_BYTES + ", send what is larger by a service of your own");
        }
    }

    private boolean later(Consumer<Swim> call) {
        if (swim == null) {
            return false;
        }
        if (waitingSends.incrementAndGet() > MOST_WAITING) {
            waitingSends.decrementAndGet();
            return false;
        }
        runtime.loop().execute(() -> {
            waitingSends.decrementAndGet();
            run(call);
        });
        return true;
    }
}
