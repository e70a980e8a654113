package io.holdfast.verification.swim;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.MemberChange;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimConfig;
import io.holdfast.membership.swim.SwimTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Many cores of gossip membership in one thread, from one seed: datagrams with delay and loss, streams that lose nothing but take
 * longer for it, processes that stop, die and come back, partitions. No drivers: {@code verification/simulate.sh} runs those.
 */
public final class SwimCluster {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000_000_000;

    /** What a member heard of a change. */
    public interface Watcher {
        /** {@code observer} sees it so from now on. */
        void changed(SwimNode observer, MemberChange change);
    }

    private record Event(
            long at, long order, SwimNode node, @Nullable Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    final SwimConfig config;
    final SplittableRandom random;
    /** Whether all that is sent is encoded and decoded, as it is in production. */
    final boolean realBytes;

    private final List<SwimNode> nodes = new ArrayList<>();
    private final Map<Address, SwimNode> byAddress = new HashMap<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(1024);
    private final List<Watcher> watchers = new ArrayList<>();
    private long now;
    private long orders;
    /** Share of datagrams that get lost. */
    double loss;

    private long minDelay = 100_000;
    private long maxDelay = MILLI;

    /** @param seed decides everything */
    public SwimCluster(SwimConfig config, long seed, boolean realBytes) {
        this.config = config;
        this.random = new SplittableRandom(seed);
        this.realBytes = realBytes;
    }

    /** Datagrams take between these times. */
    void delays(long min, long max) {
        minDelay = min;
        maxDelay = max;
    }

    void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    void changed(SwimNode observer, MemberChange change) {
        for (Watcher watcher : watchers) {
            watcher.changed(observer, change);
        }
    }

    List<SwimNode> nodes() {
        return nodes;
    }

    SwimNode node(int i) {
        return nodes.get(i);
    }

    /** Adds one that is not running yet. */
    SwimNode add(String id) {
        int i = nodes.size();
        return add(id, new Address("10.0." + i / 250 + "." + (1 + i % 250), 7400), 0);
    }

    SwimNode add(String id, Address address, int flags) {
        SwimNode node = new SwimNode(this, id, address, flags);
        nodes.add(node);
        byAddress.put(address, node);
        return node;
    }

    void moved(SwimNode node, Address from) {
        byAddress.remove(from, node);
        byAddress.put(node.address(), node);
    }

    @Nullable
    SwimNode at(Address address) {
        return byAddress.get(address);
    }

    /** Nodes that all know each other from the start, as if they had joined long ago. */
    void startTogether(int count) {
        for (int i = 0; i < count; i++) {
            add("node-" + i);
        }
        List<SwimTable.Entry> all = new ArrayList<>();
        for (SwimNode node : nodes) {
            node.boot(List.of());
            MemberInfo info = node.core().self();
            all.add(new SwimTable.Entry(info, MemberState.ALIVE, 0));
        }
        SwimTable table = new SwimTable(node(0).core().self(), all);
        for (SwimNode node : nodes) {
            if (node != node(0)) {
                node.input(core -> core.pushPullAnswered(now, node(0).address(), table));
            }
        }
        SwimTable other = new SwimTable(node(1).core().self(), all);
        node(0).input(core -> core.pushPullAnswered(now, node(1).address(), other));
    }

    long now() {
        return now;
    }

    void at(long time, SwimNode node, @Nullable Runnable action) {
        events.add(new Event(Math.max(time, now), ++orders, node, action));
    }

    long delay() {
        return minDelay + random.nextLong(maxDelay - minDelay + 1);
    }

    boolean isLost() {
        return loss > 0 && random.nextDouble() < loss;
    }

    /** How long a stream takes there and back: what is lost is sent again after a while. */
    long roundTrip() {
        long wait = 0;
        long connect = SECOND;
        while (loss > 0 && random.nextDouble() < 2 * loss - loss * loss && wait < 4 * SECOND) {
            wait += connect;
            connect *= 2;
        }
        long again = 200 * MILLI;
        while (loss > 0 && random.nextDouble() < 2 * loss - loss * loss && wait < 6 * SECOND) {
            wait += again;
            again *= 2;
        }
        return wait + 2 * delay() + 2 * delay();
    }

    /** Lets {@code nanos} pass. */
    void run(long nanos) {
        long until = now + nanos;
        while (step(until)) {
            // goes on
        }
        now = until;
    }

    /** Lets time pass until {@code condition} holds, looked at each millisecond, for {@code nanos} at most; false if it never did. */
    boolean runUntil(BooleanSupplier condition, long nanos) {
        long until = now + nanos;
        while (!condition.getAsBoolean()) {
            if (now >= until) {
                return false;
            }
            run(Math.min(MILLI, until - now));
        }
        return true;
    }

    private boolean step(long until) {
        Event event = events.peek();
        if (event == null || event.at > until) {
            return false;
        }
        events.remove();
        now = event.at;
        Runnable action = event.action;
        if (action == null) {
            event.node.timer(event.at);
        } else {
            action.run();
        }
        return true;
    }

    /** Cuts the running nodes into two sides: those before {@code border} and the others. */
    void partition(int border) {
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).side = i < border ? 0 : 1;
        }
    }

    void heal() {
        nodes.forEach(n -> n.side = 0);
    }

    /** Whether all running nodes see exactly the running nodes alive, without a suspicion. */
    boolean agrees() {
        int running = 0;
        for (SwimNode node : nodes) {
            running += node.isRunning() ? 1 : 0;
        }
        long digest = 0;
        boolean first = true;
        for (SwimNode node : nodes) {
            if (node.isRunning()) {
                if (node.core().liveMembers() != running
                        || (!first && node.core().digest() != digest)) {
                    return false;
                }
                digest = node.core().digest();
                first = false;
            }
        }
        for (SwimNode node : nodes) {
            if (node.isRunning() && node.core().members().stream().anyMatch(m -> m.state() == MemberState.SUSPECT)) {
                return false;
            }
        }
        return true;
    }

    /** What of the nodes' views is not so, for the message of a failed test. */
    String views() {
        StringBuilder text = new StringBuilder();
        for (SwimNode node : nodes) {
            text.append('\n').append(node.id()).append(node.isRunning() ? ": " : " (down): ");
            if (node.isRunning()) {
                text.append(node.core().self().incarnation()).append(' ');
                node.core().members().stream()
                        .sorted((a, b) -> a.info().id().compareTo(b.info().id()))
                        .forEach(m -> text.append(m.info().id())
                                .append('=')
                                .append(m.state())
                                .append('@')
                                .append(m.info().incarnation())
                                .append(' '));
            }
        }
        return text.toString();
    }
}
