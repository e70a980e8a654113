package io.holdfast.replication.client;

import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.core.TooLargeException;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Outcome;
import io.holdfast.replication.session.Poll;
import io.holdfast.replication.session.Responder;
import io.holdfast.replication.wire.ClientMessage;
import io.holdfast.replication.wire.ClientMessage.Announcement;
import io.holdfast.replication.wire.ClientMessage.Answers;
import io.holdfast.replication.wire.ClientMessage.CommandAnswer;
import io.holdfast.replication.wire.ClientMessage.Opened;
import io.holdfast.replication.wire.ClientMessage.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The driver of {@link ClientSession}, in a client and in a node alike: keeps links to all nodes, follows the master by
 * the nodes' announcements, bounds what callers may have in flight, and completes their calls.
 */
public final class LogClient implements Commands, Responder, LocalCalls {
    /** The protocol of the links between a log's users and its nodes. */
    public static final Links.Protocol PROTOCOL = new Links.Protocol(2, "log client");

    private static final long TICK_NANOS = 25_000_000L;
    /** Less than the answers that a node keeps for one session. */
    private static final int MAX_UNDECIDED = 4_096;

    private static final byte[] NO_RESULT = {};

    private static final long ASK_NANOS = 500_000_000L;
    /** The longest that a caller waits beyond its deadline for the loop to say so. */
    private static final long GRACE_NANOS = 5_000_000_000L;

    /**
     * Limits.
     *
     * @param maxEntryBytes the longest command
     * @param maxInFlight how many requests may wait for an answer
     * @param maxInFlightBytes and how many bytes in sum
     * @param defaultTimeoutNanos the deadline of calls that name none
     */
    public record Limits(int maxEntryBytes, int maxInFlight, int maxInFlightBytes, long defaultTimeoutNanos) {}

    private final FeatureContext context;
    private final EventLoop loop;
    private final Limits limits;
    /** Made once: under overload it is said very often. */
    private final String overloaded;

    private final Permits permits;
    private final Inbox inbox = new Inbox();
    private final Completions completions;
    private final Nodes nodes;
    private final PendingReads reads;
    private final Polls polls;
    private final ClientSession session;
    private @Nullable Endpoint master;
    private long masterTerm;
    private String masterId = "";
    private long askedNanos;
    private EventLoop.@Nullable Timer timer;
    private boolean tickingSlowly;
    private boolean turnEnds;
    // Of the state machine's thread.
    private final Completions earlyCompletions;
    private int earlyRequests;
    private int earlyBytes;
    private int releasedRequests;
    private int releasedBytes;
    private final AtomicLong position = new AtomicLong();
    /** Whose callers have been told that they are on the master's disk. */
    private int undecided;

    private volatile boolean stopped;
    private Runnable readyListener = () -> {};
    private final List<Runnable> masterListeners = new ArrayList<>();
    private volatile @Nullable Announcement announcedMaster;

    /** Makes one; it does nothing before {@link #start}. */
    public LogClient(FeatureContext context, Limits limits) {
        this.context = context;
        this.loop = context.runtime().loop();
        this.limits = limits;
        this.nodes = new Nodes(context, PROTOCOL, new EndpointEvents());
        this.permits = new Permits(context.runtime().clock(), limits.maxInFlight(), limits.maxInFlightBytes());
        this.overloaded = "of at most " + limits.maxInFlight() + " requests and " + limits.maxInFlightBytes()
                + " bytes in flight from " + context.node().id()
                + ", as many wait already; wait for answers, or raise LogReplication.maxInFlight";
        this.completions = new Completions(context::callBack, this::endTurnSoon);
        this.earlyCompletions = new Completions(context::callBack, () -> {});
        this.reads = new PendingReads(
                context.runtime().random().nextLong() >>> 1,
                freshness -> nodes.reader(freshness, master),
                this::release,
                completions);
        this.polls = new Polls(
                context.runtime().clock(),
                loop,
                context.callbacks(),
                nodes::inTurn,
                nodes::reachable,
                () -> master,
                context.runtime().random().nextLong() >>> 1);
        this.session = new ClientSession(context.runtime().random().nextLong() >>> 1, this::leftWindow, completions);
    }

    /**
     * Begins to look for the master. On the loop.
     *
     * @param addresses nodes to dial, with the id of the one that is to be there; empty if any may be
     * @param own this node, if it is one: reads go there, and writes when it is the master
     */
    public void start(Map<Address, String> addresses, @Nullable Endpoint own) {
        nodes.start(addresses, own);
        startTicking();
    }

    /** Says whom to tell when a session has been opened or the master changed. On the loop. */
    public void onChange(Runnable listener) {
        readyListener = listener;
    }

    /** Who was announced as master last; null before anybody was. Safe from any thread. */
    public @Nullable Announcement announcedMaster() {
        return announcedMaster;
    }

    /** Says what is run whenever another master has been announced. On the loop. */
    public void onMaster(Runnable listener) {
        masterListeners.add(listener);
    }

    /** True if writes can go somewhere. On the loop. */
    public boolean isReady() {
        return session.isOpen() && master != null;
    }

    /** The master as far as it is known, empty if not. On the loop. */
    public String masterId() {
        return masterId;
    }

    /** Its term, 0 while none is known. On the loop. */
    public long masterTerm() {
        return masterTerm;
    }

    /** What nodes at the other end of a link say. */
    private final class EndpointEvents implements RemoteEndpoint.Events {
        @Override
        public void up(RemoteEndpoint endpoint) {
            if (endpoint.nodeId().equals(masterId)) {
                useMaster(endpoint);
            }
        }

        @Override
        public void down(RemoteEndpoint endpoint) {
            if (endpoint.equals(master)) {
                useMaster(nodes.endpointOf(masterId)); // another link to it may stand, which would not come up again
            }
            polls.down(endpoint);
        }

        @Override
        public void writable(RemoteEndpoint endpoint) {
            session.flush(now());
        }

        @Override
        public void received(RemoteEndpoint endpoint, ClientMessage message) {
            if (message instanceof Answers answers) {
                reached(answers.appliedIndex());
                for (CommandAnswer answer : answers.answers()) {
                    answer(answers.session(), answer.sequence(), answer.outcome(), answer.bytes());
                }
                flush();
            } else if (message instanceof Announcement announcement) {
                announced(announcement);
            } else if (message instanceof Opened opened) {
                opened(opened.request(), opened.session());
            } else if (message instanceof Read read) {
                read(read.request(), read.outcome(), read.bytes());
            }
        }
    }

    /** A node says who is master. The highest term is right; in one term there is one master. On the loop. */
    public void announced(Announcement announcement) {
        nodes.learn(announcement.voters());
        boolean newer = announcement.term() > masterTerm;
        boolean named = announcement.term() == masterTerm && masterId.isEmpty();
        if (announcement.master().isEmpty() || !(newer || named)) {
            return;
        }
        if (new FencingToken(announcement.term()).epoch() > new FencingToken(masterTerm).epoch()) {
            position.set(0); // of a log that a restore has taken back; the session ends by what the new one answers
        }
        masterTerm = announcement.term();
        masterId = announcement.master();
        announcedMaster = announcement;
        useMaster(nodes.endpointOf(masterId));
        masterListeners.forEach(Runnable::run);
    }

    private void useMaster(@Nullable Endpoint endpoint) {
        master = endpoint;
        session.masterIs(endpoint, now());
        if (endpoint != null) {
            reads.askAgain(now());
        }
        readyListener.run();
    }

    private long now() {
        return context.runtime().clock().nanoTime();
    }

    // Callers' side: any thread.

    @Override
    public byte[] write(int machine, byte[] command, long timeoutNanos) {
        return write(machine, command, false, timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> writeAsync(int machine, byte[] command, long timeoutNanos) {
        return writeAsync(machine, command, false, timeoutNanos);
    }

    byte[] write(int machine, byte[] command, boolean storedOnly, long timeoutNanos) {
        long deadline = now() + timeoutNanos;
        checkSize(command);
        acquire(command.length, timeoutNanos);
        PendingWrite write = new PendingWrite(machine, command, storedOnly, deadline, true);
        enqueue(write);
        return write.await(timeoutNanos + GRACE_NANOS, OutcomeUnknownException::new);
    }

    CompletableFuture<byte[]> writeAsync(int machine, byte[] command, boolean storedOnly, long timeoutNanos) {
        long deadline = now() + timeoutNanos;
        try {
            checkSize(command);
            acquire(command.length, 0);
        } catch (TooLargeException | OverloadedException | NotAvailableException e) {
            return CompletableFuture.failedFuture(e);
        }
        PendingWrite write = new PendingWrite(machine, command, storedOnly, deadline, false);
        enqueue(write);
        return write;
    }

    /**
     * As {@link #writeAsync}, but not refused because many wait, and completed on whichever thread knows, without the callbacks'
     * executor, which users can block: for the few that keep this node's own leases.
     */
    public CompletableFuture<byte[]> writeUrgent(int machine, byte[] command, long timeoutNanos) {
        if (stopped) {
            return CompletableFuture.failedFuture(
                    new NotAvailableException(context.node().id() + " has stopped"));
        }
        permits.takeAnyway(command.length);
        PendingWrite write = new PendingWrite(machine, command, false, now() + timeoutNanos, true);
        enqueue(write);
        return write;
    }

    @Override
    public byte[] read(int machine, byte[] request, long timeoutNanos) {
        return read(machine, request, Freshness.STRICT, timeoutNanos);
    }

    @Override
    public CompletableFuture<byte[]> readAsync(int machine, byte[] request, long timeoutNanos) {
        return readAsync(machine, request, Freshness.STRICT, timeoutNanos);
    }

    @Override
    public void poll(int machine, Poll poll) {
        polls.add(machine, poll);
    }

    @Override
    public Commands reading(Freshness freshness) {
        return new TunedCommands(this, freshness, false);
    }

    @Override
    public Commands acknowledged(boolean storedOnly) {
        return new TunedCommands(this, Freshness.STRICT, storedOnly);
    }

    /** An index at or after that of every write that has been answered. */
    public long position() {
        return position.get();
    }

    byte[] read(int machine, byte[] request, Freshness freshness, long timeoutNanos) {
        long deadline = now() + timeoutNanos;
        checkSize(request);
        acquire(request.length, timeoutNanos);
        PendingRead read = new PendingRead(machine, request, freshness, deadline, true);
        enqueue(read);
        return read.await(timeoutNanos + GRACE_NANOS, NotAvailableException::new);
    }

    CompletableFuture<byte[]> readAsync(int machine, byte[] request, Freshness freshness, long timeoutNanos) {
        long deadline = now() + timeoutNanos;
        try {
            checkSize(request);
            acquire(request.length, 0);
        } catch (TooLargeException | OverloadedException | NotAvailableException e) {
            return CompletableFuture.failedFuture(e);
        }
        PendingRead read = new PendingRead(machine, request, freshness, deadline, false);
        enqueue(read);
        return read;
    }

    @Override
    public long defaultTimeoutNanos() {
        return limits.defaultTimeoutNanos();
    }

    private void checkSize(byte[] command) {
        if (command.length > limits.maxEntryBytes()) {
            throw new TooLargeException("the request has " + command.length + " bytes, the limit is "
                    + limits.maxEntryBytes() + " (LogReplication.maxEntryBytes)");
        }
    }

    private void acquire(int bytes, long timeoutNanos) {
        if (stopped) {
            throw new NotAvailableException(context.node().id() + " has stopped");
        }
        try {
            if (permits.take(bytes, timeoutNanos)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotAvailableException("the calling thread was interrupted; the request was not sent");
        }
        throw new OverloadedException(overloaded);
    }

    /** Given back at the end of the turn, all together, and before any future is completed. On the loop. */
    private void release(int bytes) {
        endTurnSoon();
        releasedRequests++;
        releasedBytes += permits.weight(bytes);
    }

    private void endTurnSoon() {
        if (!turnEnds) {
            turnEnds = true;
            loop.execute(this::endTurn);
        }
    }

    private void endTurn() {
        turnEnds = false;
        permits.give(releasedRequests, releasedBytes);
        releasedRequests = 0;
        releasedBytes = 0;
        completions.flush();
    }

    private void leftWindow(PendingWrite write) {
        if (write.isToldStored()) {
            undecided--;
        }
        if (!write.toldEarly()) {
            release(write.permitBytes());
        }
    }

    @Override
    public @Nullable PendingWrite waiting(long id, long sequence) {
        return session.find(id, sequence);
    }

    @Override
    public void applied(PendingWrite write, byte[] answer, long index) {
        if (write.tellEarly()) {
            position.accumulateAndGet(index, Math::max);
            earlyRequests++;
            earlyBytes += permits.weight(write.permitBytes());
            write.answer(write.wantsNoResult() ? NO_RESULT : answer, earlyCompletions);
        }
    }

    @Override
    public void appliedAll() {
        permits.give(earlyRequests, earlyBytes);
        earlyRequests = 0;
        earlyBytes = 0;
        earlyCompletions.flush();
    }

    /** One wake-up of the loop for all that callers add before it comes round. */
    private void enqueue(Request request) {
        boolean first = inbox.add(request);
        if (stopped) {
            refuseLateOnes();
        } else if (first) {
            loop.execute(this::drain);
        }
    }

    /** The loop may be gone: what came in after the stop is refused here, on the thread of a caller who finds it. */
    private void refuseLateOnes() {
        refuseLateOnes(Request::failHere);
    }

    private void refuseLateOnes(BiConsumer<Request, RuntimeException> how) {
        Request late = inbox.takeAll();
        while (late != null) {
            Request next = late.next;
            late.next = null;
            how.accept(late, new NotAvailableException(context.node().id() + " has stopped; the request was not sent"));
            late = next;
        }
    }

    // The loop's side.

    private void drain() {
        if (stopped) {
            return; // what is there now came after the stop, and its caller sees to it
        }
        long now = now();
        Request request = inbox.takeAll();
        while (request != null) {
            Request next = request.next;
            request.next = null;
            if (request instanceof PendingWrite write) {
                session.submit(write, now);
            } else if (request instanceof PendingRead read) {
                reads.add(read, now);
            }
            request = next;
        }
        session.flush(now);
        startTicking();
    }

    private void startTicking() {
        if (stopped || (timer != null && !tickingSlowly)) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        tickingSlowly = !(master == null || session.isBusy() || !reads.isEmpty() || polls.isBusy());
        // Without work the tick only keeps the session alive, which a second is soon enough for.
        timer = loop.schedule(tickingSlowly ? 40 * TICK_NANOS : TICK_NANOS, this::tick);
    }

    private void tick() {
        timer = null;
        if (stopped) {
            return;
        }
        long now = now();
        session.tick(now);
        if (master == null && now - askedNanos > ASK_NANOS) {
            askedNanos = now;
            nodes.ask();
        }
        reads.tick(now, masterId);
        polls.tick();
        startTicking();
    }

    @Override
    public void answer(long id, long sequence, Outcome outcome, byte[] bytes) {
        if (outcome == Outcome.STORED) {
            stored(session.find(id, sequence), bytes);
            return;
        }
        session.answered(id, sequence, outcome, bytes, now());
    }

    /** It stays in the window until it is decided: it may have to be sent to another master. */
    private void stored(@Nullable PendingWrite write, byte[] nothing) {
        if (write == null || !write.isStoredOnly()) {
            return;
        }
        // While few wait to be decided, the permits are free for others; beyond that, the caller is told, and they are
        // not.
        if (undecided < MAX_UNDECIDED ? write.tellEarly() : write.tell()) {
            if (write.toldEarly()) {
                undecided++;
                write.toldStored();
                release(write.permitBytes());
            }
            write.answer(nothing, completions);
        }
    }

    @Override
    public void reached(long index) {
        position.accumulateAndGet(index, Math::max);
    }

    @Override
    public void opened(long request, long id) {
        session.opened(request, id, now());
        readyListener.run();
    }

    @Override
    public void read(long request, Outcome outcome, byte[] bytes) {
        if (!polls.answered(request, outcome, bytes)) {
            reads.answered(request, outcome, bytes, now());
        }
    }

    @Override
    public void flush() {
        session.flush(now());
    }

    /** The node has failed and does not {@link #stop} in order: callers that still wait are told. On any thread. */
    public void abandon() {
        if (stopped) {
            return;
        }
        stopped = true;
        try {
            loop.run(this::abandonHere); // what failed is the node; its loop may still be at work on these very calls
        } catch (IllegalStateException noLoop) {
            abandonHere();
        }
    }

    private void abandonHere() {
        refuseLateOnes(Request::failHere);
        session.abandon(context.node().id() + " has failed");
        reads.failAll(context.node().id() + " has failed", true);
        polls.endAll(new NotAvailableException(context.node().id() + " has failed"), true);
    }

    /** Ends it: callers that still wait are told. On the loop. */
    public void stop() {
        if (stopped) {
            return;
        }
        drain();
        stopped = true;
        refuseLateOnes((call, problem) -> call.fail(problem, completions)); // no future is completed on the loop
        session.close(context.node().id() + " is stopping");
        reads.failAll(context.node().id() + " is stopping", false);
        polls.endAll(new NotAvailableException(context.node().id() + " is stopping"), false);
        endTurn();
        nodes.close();
    }
}
