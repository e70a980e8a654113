package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.membership.swim.MemberChange;
import io.holdfast.membership.wire.Sighting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is there, as a client sees it: it takes no part in gossip, and has one member tell it what that one sees. When that member is
 * gone or silent the client turns to another one, of those it knows and of the seeds, in random order; one that sees nobody else is
 * believed only if no other tells anything. So its view is that of one member; right after it has turned to another it may for a moment be older than before, as views of members differ for a moment.
 * On the node's loop, save for the snapshots.
 */
public final class ClientView implements RunningFeature, Membership {
    private static final Logger LOG = LoggerFactory.getLogger(ClientView.class);
    private static final String HEALTH = "members";

    private final GossipSettings settings;
    private final FeatureContext context;
    private final NodeRuntime runtime;
    private final String id;
    private final StreamFrames frames;
    private final Worker worker;
    private final Roster roster;
    private final Seeking seeking;
    private final ViewMeters meters;
    private final GossipInspection inspection;
    private final Told told = new Told();
    private final Map<String, Sighting> sightings = new HashMap<>();
    private final ArrayDeque<Candidate> candidates = new ArrayDeque<>();
    /** Told that it sees nobody else: believed only if no other member tells anything. */
    private @Nullable Candidate hermit;

    private List<Address> seeds = List.of();
    private @Nullable Following asked;
    private @Nullable Candidate askedWhere;
    private @Nullable Following follows;
    private volatile String toldBy = "";
    private String problem = "";
    private boolean degraded;
    private boolean named; // that a member has this client's name
    private boolean stopped;

    /** @param nodeId null for a seed, of which only the address is known */
    private record Candidate(@Nullable String nodeId, Address address) {}

    /** Makes the running part; it does nothing before {@link #start}. */
    public ClientView(GossipSettings settings, FeatureContext context) {
        this.settings = settings;
        this.context = context;
        this.runtime = context.runtime();
        this.id = context.node().id();
        this.frames = new StreamFrames(
                context.seal(settings.keys(), StreamFrames.MOST_BYTES),
                runtime.allocator(),
                context.node().advertisedAddress());
        this.worker = runtime.newWorker("discovery");
        this.roster = new Roster(context.node());
        this.seeking = new Seeking(id, settings.discovery(), runtime, worker, () -> follows == null, this::found);
        this.meters = new ViewMeters(context, roster::snapshot);
        this.inspection = new GossipInspection(roster::snapshot, () -> toldBy);
    }

    @Override
    public void open() {
        unready("no member has told yet who is there");
    }

    @Override
    public void start() {
        seeking.look();
    }

    @Override
    public void stop(Runnable done) {
        end();
        done.run();
    }

    private void end() {
        stopped = true;
        seeking.stop();
        for (Following one : new Following[] {asked, follows}) {
            if (one != null) {
                one.close();
            }
        }
        asked = null;
        follows = null;
    }

    @Override
    public void close() {
        worker.close();
        meters.close();
    }

    private void unready(String why) {
        context.ready(false, why + ", by " + settings.discovery().description());
    }

    // ---- whom it asks

    private void found(List<Address> addresses) {
        seeds = addresses;
        if (follows == null && asked == null && !stopped) {
            refill();
            turn();
        }
    }

    /** Everybody whom it knows to be there, and then the seeds. */
    private void refill() {
        candidates.clear();
        Map<Address, Candidate> all = new LinkedHashMap<>();
        List<Candidate> known = new ArrayList<>();
        roster.snapshot().present().stream()
                .filter(member -> !member.id().equals(id))
                .forEach(member -> known.add(new Candidate(member.id(), member.address())));
        shuffle(known);
        known.forEach(each -> all.put(each.address(), each));
        List<Address> places = new ArrayList<>(seeds);
        shuffle(places);
        places.forEach(address -> all.putIfAbsent(address, new Candidate(null, address)));
        candidates.addAll(all.values());
    }

    /** So that clients spread over the members. */
    private <T> void shuffle(List<T> list) {
        for (int last = list.size() - 1; last > 0; last--) {
            Collections.swap(list, last, runtime.random().nextInt(last + 1));
        }
    }

    /** Asks the next one; after the last of them, those that are found when the discovery is asked again. */
    private void turn() {
        Candidate next = candidates.poll();
        if (next == null) {
            next = hermit;
            hermit = null;
        }
        if (next == null) {
            lostAll();
            return;
        }
        Following attempt = new Following(
                next.address(), frames, runtime.loop(), settings.config().maxMembers(), new Hears());
        asked = attempt;
        askedWhere = next;
        attempt.begin(context.links(), next.nodeId());
    }

    /** As one that was cut off from the others, or has found none of them since it began. */
    private static boolean seesNobodyElse(Following from, List<Sighting> all) {
        return all.stream()
                .noneMatch(seen -> (seen.state() == MemberState.ALIVE || seen.state() == MemberState.SUSPECT)
                        && !seen.member().id().equals(from.name()));
    }

    private void lostAll() {
        String why = "no member tells " + id + " who is there" + (problem.isEmpty() ? "" : ": " + problem);
        String trouble = seeking.problem();
        String more = trouble.isEmpty() ? "" : " (" + trouble + ")";
        if (roster.snapshot().isAlone()) {
            unready(why + more);
        }
        context.health(HEALTH, Health.DEGRADED, why + more);
        if (!degraded) {
            degraded = true;
            LOG.warn("node {}: {}; it goes on trying, and by what it knew until then", id, why + more);
        }
    }

    /** What the member says that is asked, or that is followed. */
    private final class Hears implements Following.Listener {
        @Override
        public void saw(Following from, List<Sighting> all) {
            if (!candidates.isEmpty() && seesNobodyElse(from, all)) {
                hermit = askedWhere;
                LOG.info("node {}: {} sees nobody else; others are asked first", id, from.name());
                from.close();
                turn();
                return;
            }
            hermit = null;
            asked = null;
            follows = from;
            toldBy = from.name();
            candidates.clear();
            problem = "";
            degraded = false;
            LOG.info("node {}: {} tells who is there", id, from.name());
            Map<String, Sighting> unseen = new TreeMap<>(sightings);
            all.forEach(seen -> unseen.remove(seen.member().id()));
            unseen.values().forEach(gone -> take(from, new Sighting(gone.member(), null)));
            all.forEach(seen -> take(from, seen));
            publish();
            context.health(HEALTH, Health.UP, "");
            context.ready(true, "");
        }

        @Override
        public void changed(Following from, List<Sighting> news) {
            news.forEach(seen -> take(from, seen));
            publish();
        }

        @Override
        public void lost(Following from, String why) {
            problem = from.name() + ": " + why;
            boolean had = follows == from;
            if (had) {
                follows = null;
                toldBy = "";
                LOG.info("node {}: {}; it asks another member who is there", id, problem);
                refill();
                candidates.removeIf(each -> from.name().equals(each.nodeId()));
                seeking.hurry();
            }
            asked = null;
            turn();
        }
    }

    // ---- what it is told

    private void take(Following from, Sighting now) {
        String seen = now.member().id();
        if (seen.equals(id)) {
            if (!named) {
                named = true;
                LOG.warn("node {}: a member has the same id as this client; give the client an id of its own", id);
            }
            return;
        }
        if (now.state() != null
                && !sightings.containsKey(seen)
                && sightings.size() >= settings.config().maxMembers()) {
            throw new MalformedFrameException(
                    from.name() + " tells of more than " + settings.config().maxMembers() + " members");
        }
        for (MemberChange.Kind kind : ViewChange.between(sightings.get(seen), now)) {
            MemberState state = state(kind, now);
            MemberEvent event = roster.take(new MemberChange(kind, now.member(), state, from.name() + " says so"));
            meters.count(event.kind());
            LOG.debug("node {}: {}", id, event);
            told.add(event);
        }
        if (now.state() == null) {
            sightings.remove(seen);
        } else {
            sightings.put(seen, now);
        }
    }

    /** Of the process that is gone it holds only that it is dead, whatever its successor is. */
    private static MemberState state(MemberChange.Kind kind, Sighting now) {
        return kind == MemberChange.Kind.DIED || now.state() == null
                ? MemberState.DEAD
                : Objects.requireNonNull(now.state());
    }

    private void publish() {
        roster.publish();
        told.tell();
    }

    @Override
    public Members members() {
        return roster.snapshot();
    }

    @Override
    public void listen(Consumer<MemberEvent> listener) {
        told.listen(listener);
    }

    /** A client is no member: nobody hears what it says of itself. */
    @Override
    public void say(UnaryOperator<MemberFacts> change) {}

    /** The members judge each other; but of a member that is gone nothing more is to be learnt. */
    @Override
    public void doubt(String nodeId, boolean refused) {
        Following from = follows;
        if (from != null && refused && from.name().equals(nodeId)) {
            from.close();
            new Hears().lost(from, "its machine answers that nobody listens there");
        }
    }

    @Override
    public Inspectable inspectable() {
        return inspection;
    }
}
