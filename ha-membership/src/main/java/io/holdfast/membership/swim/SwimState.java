package io.holdfast.membership.swim;

import io.holdfast.core.MemberState;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/** What the decisions share. */
final class SwimState {
    static final long NEVER = Long.MAX_VALUE;

    final SwimConfig config;
    final ToIntFunction<SwimMessage> sizeOf;
    final RandomGenerator random;
    final SwimOutput out;
    final MemberTable table;
    final WatchRing ring;
    final ProbeSchedule schedule;
    final LocalHealth health;
    final SwimStats stats = new SwimStats();
    MemberInfo self;
    long now;
    /** Since when this process can be sure to have been heard of. */
    long since;
    /** Started, and neither refused nor gone. */
    boolean running;

    boolean leaving;
    /** When any member was last heard of by a datagram. */
    long heard;

    SwimState(
            SwimConfig config,
            MemberInfo self,
            ToIntFunction<SwimMessage> sizeOf,
            RandomGenerator random,
            SwimOutput out) {
        this.config = config;
        this.self = self;
        this.sizeOf = sizeOf;
        this.random = random;
        this.out = out;
        this.table = new MemberTable(config.maxMembers());
        this.ring = new WatchRing(new Peer(self, MemberState.ALIVE, 0), config.watchers());
        this.schedule = new ProbeSchedule(random);
        this.health = new LocalHealth(config.lifeguard());
    }

    /** Living ones, this node among them. */
    int members() {
        return table.live().size() + 1;
    }

    long digest() {
        return table.digest() + Hashes.entry(self);
    }

    /**
     * {@code time} as the local health makes it. Ours: a node that has heard nobody at all for as long as a suspicion lasts no longer
     * slows down. It is cut off, so whatever it holds of others reaches nobody and is outdated when it does, and it should know
     * soon; a slow one hears something whenever it gets to run.
     */
    long scaled(long time) {
        return time * doubt();
    }

    /** 1 if all is well. */
    int doubt() {
        boolean cutOff = now - heard > config.suspicionMin() * config.suspicionMaxFactor();
        return cutOff ? 1 : health.score() + 1;
    }

    /** {@code time} more or less a fifth, so that nodes do not act in step. */
    long jittered(long time) {
        return time - time / 5 + random.nextLong(Math.max(1, time * 2 / 5));
    }
}
