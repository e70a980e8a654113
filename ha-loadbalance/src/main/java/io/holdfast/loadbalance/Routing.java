package io.holdfast.loadbalance;

import io.holdfast.loadbalance.pick.Hashes;
import io.holdfast.loadbalance.pick.Picker;
import io.holdfast.loadbalance.route.Pickers;
import io.holdfast.loadbalance.route.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What picks go by until the next change. Immutable but for what pickers keep. */
final class Routing {
    private static final long GROUP_SALT = 0x4752_4f55_5053_414cL;

    private final Group[] groups;
    /** The sums of the groups' fractions up to each, of 2^32. */
    private final long[] upTo;
    /** The one group that gets everything; null if there is none. */
    private final @Nullable Group only;

    /** Its picker and targets, at hand: a pick is a chain of reads. */
    private final @Nullable Picker picker;

    private final Target[] targets;
    private final SessionTable sessions;
    private final SessionTable byId;
    private final LongSupplier chance;
    private final boolean keyed;
    private final int mostInFlight;
    private final List<Target> everybody;
    private final List<Target> kept;

    /** Endpoints with a picker over them, in the order of its slots. */
    static final class Group {
        final Plan.Group plan;
        final Pickers.Made made;
        final Target[] targets;
        private final Picker picker;

        Group(Plan.Group plan, Pickers.Made made, Target[] targets) {
            this.plan = plan;
            this.made = made;
            this.picker = made.picker();
            this.targets = targets;
        }
    }

    /**
     * Of these.
     *
     * @param everybody on the list
     * @param kept whom sessions may stay with
     * @param keyed whether the algorithm looks at the key
     * @param mostInFlight at one endpoint
     */
    Routing(
            List<Group> groups,
            List<Target> everybody,
            List<Target> kept,
            LongSupplier chance,
            boolean keyed,
            int mostInFlight) {
        this.groups = groups.toArray(new Group[0]);
        this.everybody = everybody;
        this.kept = kept;
        this.sessions = new SessionTable(kept);
        this.byId = everybody.equals(kept) ? sessions : new SessionTable(everybody);
        this.chance = chance;
        this.keyed = keyed;
        this.mostInFlight = mostInFlight;
        this.upTo = new long[groups.size()];
        double sum = 0;
        Group whole = null;
        for (int i = 0; i < upTo.length; i++) {
            Group group = groups.get(i);
            sum += group.plan.fraction();
            upTo[i] = Math.round(Math.min(1, sum) * 0x1p32);
            if (group.plan.fraction() > 0.999_999) {
                whole = group;
            }
        }
        this.only = whole;
        this.picker = whole == null ? null : whole.picker;
        this.targets = whole == null ? new Target[0] : whole.targets;
    }

    /** Whether it is one of these very objects. */
    boolean isOf(List<Target> all, List<Target> sessionTargets) {
        return everybody.equals(all) && kept.equals(sessionTargets);
    }

    List<Group> groups() {
        return List.of(groups);
    }

    /** Without a key; a hash is given one of chance. */
    @Nullable
    Target pick() {
        return pick(keyed ? chance.getAsLong() : 0);
    }

    /** Null if nobody may be picked. */
    @Nullable
    Target pick(long key) {
        Picker ofAll = picker;
        if (ofAll != null) {
            int slot = ofAll.pick(key);
            if (slot >= 0) {
                return targets[slot];
            }
        }
        return pickByGroup(key);
    }

    private @Nullable Target pickByGroup(long key) {
        Group drawn = only == null ? draw(key) : null;
        int slot = drawn == null ? -1 : drawn.picker.pick(key);
        return drawn == null || slot < 0 ? pickAnywhere(key) : drawn.targets[slot];
    }

    private @Nullable Target pickAnywhere(long key) {
        for (Group group : groups) {
            int slot = group.picker.pick(key);
            if (slot >= 0) {
                return group.targets[slot];
            }
        }
        return null;
    }

    /** By its fraction: for a key always the same one as long as fractions do not change. */
    private @Nullable Group draw(long key) {
        if (groups.length == 0) {
            return null;
        }
        long place = (keyed ? Hashes.mix(key ^ GROUP_SALT) : chance.getAsLong()) >>> 32;
        for (int i = 0; i < groups.length; i++) {
            if (place < upTo[i]) {
                return groups[i];
            }
        }
        return groups[0];
    }

    /** In which order a key goes to endpoints; none if the algorithm takes no notice of keys. */
    List<Target> ranks(long key) {
        List<Target> ranks = new ArrayList<>();
        Group group = only != null ? only : draw(key);
        if (!keyed || group == null) {
            return ranks;
        }
        Target[] all = group.targets;
        for (int i = 0; i < all.length; i++) {
            int slot = group.picker.pickOther(key, s -> ranks.contains(all[s]));
            if (slot < 0) {
                break;
            }
            ranks.add(all[slot]);
        }
        return ranks;
    }

    /** Picks one and counts a request as on its way to it; null if nobody may take one. */
    @Nullable
    Target begin(long given, @Nullable Tried tried, int ticks) {
        long key = given == 0 && keyed ? chance.getAsLong() : given;
        Group group = only;
        if (group == null) {
            group = draw(key);
        }
        if (group != null) {
            int slot = group.picker.pick(key);
            if (slot >= 0) {
                Target target = group.targets[slot];
                if ((tried == null || !tried.has(target)) && begin(group, slot, ticks)) {
                    return target;
                }
            }
            Target other = beginOther(group, key, tried, ticks);
            if (other != null) {
                return other;
            }
        }
        for (Group next : groups) {
            Target other = next == group ? null : beginOther(next, key, tried, ticks);
            if (other != null) {
                return other;
            }
        }
        return null;
    }

    private boolean begin(Group group, int slot, int ticks) {
        int limit = Math.min(mostInFlight, group.picker.limit(slot));
        return group.targets[slot].stats().begin(limit, ticks);
    }

    private @Nullable Target beginOther(Group group, long key, @Nullable Tried tried, int ticks) {
        Target[] all = group.targets;
        for (int i = 0; i < all.length; i++) {
            int slot = group.picker.pickOther(
                    key, s -> all[s].stats().inFlight() >= mostInFlight || (tried != null && tried.has(all[s])));
            if (slot < 0) {
                return null;
            }
            if (begin(group, slot, ticks)) {
                return all[slot];
            }
        }
        return null;
    }

    /** Counts a request of a session as on its way to the endpoint that it is bound to; null if that may not have it. */
    @Nullable
    Target beginSession(long session, @Nullable Tried tried, int ticks) {
        Target target = sessions.find(session);
        boolean may = target != null && (tried == null || !tried.has(target));
        return may && target != null && target.stats().begin(mostInFlight, ticks) ? target : null;
    }

    /** Counts a request as on its way to that very endpoint, whatever is thought of it; null if it is not there, or full. */
    @Nullable
    Target beginAt(long idHash, int ticks) {
        Target target = byId.find(idHash);
        return target != null && target.stats().begin(mostInFlight, ticks) ? target : null;
    }

    /** Whether an endpoint of that id is on the list. */
    boolean lists(long idHash) {
        return byId.find(idHash) != null;
    }
}
