package io.holdfast.verification.swim;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.MemberChange;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.ProbeOutcome;
import io.holdfast.membership.swim.Swim;
import io.holdfast.membership.swim.SwimMember;
import io.holdfast.membership.swim.SwimMessage;
import io.holdfast.membership.swim.SwimOutput;
import io.holdfast.membership.swim.SwimTable;
import io.holdfast.membership.wire.StreamCodec;
import io.holdfast.membership.wire.StreamMessage;
import io.holdfast.membership.wire.SwimCodec;
import io.holdfast.membership.wire.TableJoiner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One process, or the place where one was: the driver of one core in a {@link SwimCluster}. */
final class SwimNode implements SwimOutput {
    /** Beside its messages, a datagram has headers of IP and UDP, and the seal. */
    static final int DATAGRAM_OVERHEAD = 28 + 45 + SwimCodec.HEADER_BYTES;

    /** Nothing here can leak. */
    private static final UnpooledByteBufAllocator HEAP = new UnpooledByteBufAllocator(false, true);

    private static final int RECEIVE_BUFFER = 256;
    private static final long CONNECT_TIMEOUT = 3 * SwimCluster.SECOND;

    /** What is there. */
    private enum Condition {
        RUNNING,
        /** Nobody listens, and the machine says so. */
        KILLED,
        /** The machine is gone, or the process stands still for good. */
        SILENT
    }

    private final SwimCluster cluster;
    private final String id;
    private final int flags;
    private Address address;
    private Condition condition = Condition.KILLED;
    private @Nullable Swim core;
    private List<Address> seeds = List.of();
    private byte[] metadata = new byte[40];
    private long timerAt = Long.MAX_VALUE;
    /** Of the process, so that nothing meant for an earlier one reaches it. */
    private int life;

    private boolean stalled;
    /** How long what arrives lies unread, while timers go on. */
    private long backlog;

    private long lastRead;
    private final ArrayDeque<Consumer<Swim>> held = new ArrayDeque<>();
    private final Set<String> watched = new LinkedHashSet<>();
    int side;
    /** Sends, and receives nothing. */
    boolean deaf;

    long bytesSent;
    long datagramsSent;
    boolean left;
    int conflicts;
    boolean refusedForGood;
    final List<String> delivered = new ArrayList<>();

    SwimNode(SwimCluster cluster, String id, Address address, int flags) {
        this.cluster = cluster;
        this.id = id;
        this.address = address;
        this.flags = flags;
    }

    String id() {
        return id;
    }

    Address address() {
        return address;
    }

    Swim core() {
        Swim known = core;
        if (known == null) {
            throw new IllegalStateException(id + " never ran");
        }
        return known;
    }

    boolean isRunning() {
        return condition == Condition.RUNNING && !left && !refusedForGood;
    }

    boolean isStalled() {
        return stalled;
    }

    void metadata(byte[] bytes) {
        metadata = bytes;
    }

    /** A new process starts here. */
    void boot(List<Address> itsSeeds) {
        life++;
        condition = Condition.RUNNING;
        stalled = false;
        left = false;
        refusedForGood = false;
        held.clear();
        watched.clear();
        timerAt = Long.MAX_VALUE;
        seeds = itsSeeds;
        MemberInfo self = new MemberInfo(id, cluster.random.nextLong(), 1, address, flags, metadata);
        core = new Swim(cluster.config, self, SwimCodec::size, cluster.random.split(), this);
        input(c -> c.start(cluster.now(), seeds));
    }

    /** The next process will be somewhere else. */
    void move(Address to) {
        Address from = address;
        address = to;
        cluster.moved(this, from);
    }

    /** As SIGKILL: connections end, and new ones are refused. */
    void kill() {
        condition = Condition.KILLED;
        for (SwimNode other : cluster.nodes()) {
            if (other != this && other.watched.contains(id) && other.side == side) {
                other.later(cluster.delay(), c -> c.linkClosed(cluster.now(), id));
            }
        }
    }

    /** As a power cut: nobody says anything any more. */
    void silence() {
        condition = Condition.SILENT;
    }

    /** As SIGSTOP, and SIGCONT later. */
    void stall(long nanos) {
        if (stalled || !isRunning()) {
            return;
        }
        stalled = true;
        int itsLife = life;
        cluster.at(cluster.now() + nanos, this, () -> {
            if (life == itsLife) {
                resume();
            }
        });
    }

    private void resume() {
        stalled = false;
        boolean timersFirst = cluster.random.nextBoolean();
        if (timersFirst) {
            input(c -> c.tick(cluster.now()));
        }
        List<Consumer<Swim>> inputs = new ArrayList<>(held);
        held.clear();
        inputs.forEach(this::input);
        input(c -> c.tick(cluster.now()));
    }

    /** Gives the core an input, or keeps it until the process goes on. */
    void input(Consumer<Swim> input) {
        if (condition != Condition.RUNNING) {
            return;
        }
        if (stalled) {
            if (held.size() < RECEIVE_BUFFER) {
                held.add(input);
            }
            return;
        }
        input.accept(core());
        arm();
    }

    private void later(long nanos, Consumer<Swim> input) {
        int itsLife = life;
        cluster.at(cluster.now() + nanos, this, () -> {
            if (life == itsLife) {
                read(input);
            }
        });
    }

    private void read(Consumer<Swim> input) {
        if (backlog == 0 && lastRead <= cluster.now()) {
            input(input);
            return;
        }
        int itsLife = life;
        lastRead = Math.max(lastRead, cluster.now() + backlog);
        cluster.at(lastRead, this, () -> {
            if (life == itsLife) {
                input(input);
            }
        });
    }

    /** From now on, what arrives is read so much later; in order. */
    void backlog(long nanos) {
        backlog = nanos;
    }

    private void arm() {
        long wake = Math.max(core().nextWake(), cluster.now());
        if (wake < timerAt) {
            timerAt = wake;
            cluster.at(wake, this, null);
        }
    }

    void timer(long at) {
        if (at != timerAt) {
            return;
        }
        timerAt = Long.MAX_VALUE;
        if (condition == Condition.RUNNING && !stalled) {
            if (core().nextWake() <= at) {
                core().tick(at);
            }
            arm();
        }
    }

    private boolean reaches(SwimNode other) {
        return other.side == side && condition == Condition.RUNNING;
    }

    @Override
    public void send(Address to, List<SwimMessage> messages) {
        int size = DATAGRAM_OVERHEAD;
        for (SwimMessage message : messages) {
            size += SwimCodec.size(message);
        }
        if (size - DATAGRAM_OVERHEAD > cluster.config.datagramBytes()) {
            throw new IllegalStateException("a datagram of " + size + " bytes: " + messages);
        }
        bytesSent += size;
        datagramsSent++;
        SwimNode other = cluster.at(to);
        if (other == null || other == this || !reaches(other) || other.deaf || cluster.isLost()) {
            return;
        }
        List<SwimMessage> arriving = cluster.realBytes ? recoded(messages, size) : messages;
        Address source = address;
        other.later(cluster.delay(), c -> c.received(cluster.now(), source, arriving));
    }

    private static List<SwimMessage> recoded(List<SwimMessage> messages, int size) {
        ByteBuf bytes = HEAP.heapBuffer(size);
        SwimCodec.encode(bytes, messages);
        if (bytes.readableBytes() != size - DATAGRAM_OVERHEAD + SwimCodec.HEADER_BYTES) {
            throw new IllegalStateException(bytes.readableBytes() + " bytes, not " + size + ": " + messages);
        }
        return SwimCodec.decode(bytes);
    }

    @Override
    public void pushPull(Address to, SwimTable mine) {
        SwimTable theirs = carried(mine, false);
        SwimNode other = cluster.at(to);
        if (other == null || !reachesProcess(other)) {
            boolean refused = other != null && other.side == side && other.condition == Condition.KILLED;
            later(refused ? 2 * cluster.delay() : CONNECT_TIMEOUT, c -> c.pushPullFailed(cluster.now(), to, refused));
            return;
        }
        long there = cluster.roundTrip();
        int itsLife = life;
        other.later(there, c -> other.answering(this, itsLife, to, c, theirs));
    }

    private boolean reachesProcess(SwimNode other) {
        return reaches(other)
                && other.condition == Condition.RUNNING
                && !deaf
                && !other.deaf
                && !other.left
                && !other.refusedForGood;
    }

    private @Nullable Consumer<SwimTable> answer;

    private void answering(SwimNode asker, int askersLife, Address to, Swim itsCore, SwimTable theirs) {
        answer = table -> {
            if (asker.life == askersLife && asker.side == side) {
                asker.later(cluster.delay(), c -> c.pushPullAnswered(cluster.now(), to, table));
            } else {
                asker.later(CONNECT_TIMEOUT, c -> c.pushPullFailed(cluster.now(), to, false));
            }
        };
        itsCore.pushPullAsked(cluster.now(), 1, theirs);
        answer = null;
    }

    @Override
    public void answer(long stream, SwimTable mine) {
        Consumer<SwimTable> waiting = answer;
        if (waiting != null) {
            waiting.accept(carried(mine, true));
        }
    }

    private SwimTable carried(SwimTable table, boolean isAnswer) {
        TableJoiner joiner = new TableJoiner(cluster.config.maxMembers());
        SwimTable[] joined = new SwimTable[1];
        StreamCodec.encodeTable(HEAP, isAnswer, table, frame -> {
            bytesSent += frame.readableBytes() + 100;
            joined[0] = joiner.add((StreamMessage.TablePart) StreamCodec.decode(frame));
            frame.release();
        });
        return joined[0];
    }

    @Override
    public void probe(long probe, MemberInfo member) {
        bytesSent += 4 * 40 + 150; // the segments of a connection, and the question
        SwimNode other = cluster.at(member.address());
        if (other == null || other.side != side || deaf || other.deaf) {
            return;
        }
        if (other.condition == Condition.KILLED) {
            later(2 * cluster.delay(), c -> c.probed(cluster.now(), probe, ProbeOutcome.REFUSED));
        } else if (other.condition == Condition.RUNNING && other.id.equals(member.id())) {
            other.later(cluster.roundTrip() / 2, c -> {
                if (c.self().boot() == member.boot()) {
                    later(cluster.roundTrip() / 2, own -> own.probed(cluster.now(), probe, ProbeOutcome.ANSWERED));
                }
            });
        }
    }

    @Override
    public void watch(MemberInfo member) {
        watched.add(member.id());
    }

    @Override
    public void unwatch(String other) {
        watched.remove(other);
    }

    @Override
    public void changed(MemberChange change) {
        cluster.changed(this, change);
    }

    @Override
    public void conflict(Address other, long otherBoot, boolean refused) {
        conflicts++;
        refusedForGood |= refused;
    }

    @Override
    public void delivered(String origin, byte[] payload, boolean broadcast) {
        delivered.add(origin + ":" + new String(payload, java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public void leaveDone() {
        left = true;
    }

    /** What this node holds of {@code other}; null if it knows nothing of it. */
    @Nullable
    MemberState stateOf(String other) {
        for (SwimMember member : core().members()) {
            if (member.info().id().equals(other)) {
                return member.state();
            }
        }
        return null;
    }

    /** Whether it holds {@code other} for alive or suspect. */
    boolean sees(String other) {
        MemberState state = stateOf(other);
        return state == MemberState.ALIVE || state == MemberState.SUSPECT;
    }
}
