package io.holdfast.replication.client;

import io.holdfast.core.FencingToken;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OverloadedException;
import io.holdfast.core.RequestFailedException;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.replication.locks.LockAnswer;
import io.holdfast.replication.locks.LockAnswer.Status;
import io.holdfast.replication.locks.LockCommand;
import io.holdfast.replication.locks.LockName;
import io.holdfast.replication.locks.LockPage;
import io.holdfast.replication.locks.LockQuestion;
import io.holdfast.replication.locks.LockTable;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Poll;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this process's locks: enlists in the log when the first one is wanted, renews one lease for all of them, and hears by one
 * poll of what it waits for. What is granted counts while the lease does, which is counted from before each renewal was sent. A
 * lease that has lapsed is lost for good, also if the log would still renew it: what {@link Holding#isValid} has denied it never
 * confirms. On the loop.
 */
final class LockKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LockKeeper.class);
    /** Renewals of the lease within its length. */
    private static final int RENEWALS = 4;

    private static final long MAX_TICK_NANOS = 1_000_000_000L;
    /** Who has used no lock for so long renews no lease. */
    private static final long IDLE_NANOS = 10_000_000_000L;

    private static final long LEAVE_NANOS = 2_000_000_000L;
    private static final int POLL_WAIT_MILLIS = 1_000;

    /** Something that is given back, until the log says that it has been. */
    private static final class Release {
        private boolean underWay;
    }

    private final String node;
    private final FeatureContext context;
    private final Clock clock;
    private final EventLoop loop;
    private final LockClient owner;
    private final LogClient client;
    private final UUID process;
    private final long leaseNanos;
    private final long patienceNanos;
    private final int ticksToRenew;
    private final LockMeters meters;
    private final AtomicInteger inUse;

    private final Map<Long, LockCall> wanted = new LinkedHashMap<>();
    private final Map<Long, Holding> held = new LinkedHashMap<>();
    private final Map<Long, Release> releases = new LinkedHashMap<>();
    private @Nullable LockLease lease;
    private long nextNumber = 1;
    private boolean enlisting;
    private boolean ticking;
    private int ticks;
    private long usedNanos;
    private volatile boolean stopped;
    /** There may be no executor any more. */
    private boolean abandoned;

    /**
     * Has none yet; for the parameters see {@link LockClient}.
     *
     * @param inUse what {@link LockTable} counts, from the call until the log has confirmed the release
     */
    LockKeeper(
            FeatureContext context,
            LockClient owner,
            LogClient client,
            UUID process,
            long leaseNanos,
            long patienceNanos,
            AtomicInteger inUse) {
        this.node = context.node().id();
        this.context = context;
        this.clock = context.runtime().clock();
        this.loop = context.runtime().loop();
        this.owner = owner;
        this.client = client;
        this.process = process;
        this.leaseNanos = leaseNanos;
        this.patienceNanos = patienceNanos;
        this.ticksToRenew = (int) ((leaseNanos / RENEWALS + MAX_TICK_NANOS - 1) / MAX_TICK_NANOS);
        this.inUse = inUse;
        this.meters = new LockMeters(context);
    }

    /** True when it has ended. On any thread. */
    boolean isStopped() {
        return stopped;
    }

    NotAvailableException gone() {
        return new NotAvailableException(node + " has stopped");
    }

    OverloadedException full(LockName lock, long what) {
        return new OverloadedException("the " + lock + " cannot be had by " + node + ": "
                + switch ((int) what) {
                    case LockTable.PROCESSES -> "too many processes use locks";
                    case LockTable.LOCKS -> "too many locks are held in the cluster";
                    case LockTable.REQUESTS_OF_A_PROCESS ->
                        "this process holds and awaits " + LockTable.MAX_REQUESTS_OF_AN_OWNER + " already";
                    case LockTable.REQUESTS_FOR_A_LOCK -> "too many wait for it";
                    default -> "too many wait for locks in the cluster";
                });
    }

    /** Asks for it; see {@link LockClient#acquire}. */
    void add(LockCall call, long waitNanos) {
        if (stopped) {
            fail(call, gone());
            return;
        }
        if (call.future.isDone()) {
            inUse.decrementAndGet(); // cancelled meanwhile
            return;
        }
        call.number = nextNumber++;
        wanted.put(call.number, call);
        if (waitNanos > 0 && waitNanos < Long.MAX_VALUE) {
            call.deadline = loop.schedule(waitNanos - (clock.nanoTime() - call.calledNanos), () -> timeIsUp(call));
        }
        lookAtLease();
        if (lease == null) {
            enlist();
        } else {
            say(lease, call);
        }
        if (!ticking) {
            ticking = true;
            tick();
        }
        publish();
    }

    private void timeIsUp(LockCall call) {
        if (forget(call)) {
            complete(call, null);
        }
    }

    /** Nobody wants it any more. */
    void giveUp(LockCall call) {
        forget(call);
    }

    private void fail(LockCall call, RuntimeException problem) {
        if (call.number == 0) {
            inUse.decrementAndGet();
        } else if (!forget(call)) {
            return;
        }
        if (call.blocking || abandoned) {
            call.future.completeExceptionally(problem);
        } else {
            context.callbacks().execute(() -> call.future.completeExceptionally(problem));
        }
    }

    private void complete(LockCall call, @Nullable Holding holding) {
        Runnable completion = () -> {
            if (!call.future.complete(Optional.ofNullable(holding)) && holding != null) {
                holding.release(); // nobody wants it any more
            }
        };
        if (call.blocking) {
            completion.run();
        } else {
            context.callbacks().execute(completion);
        }
    }

    /** It is wanted no more; what the log may know of it is taken back. False if it was not wanted. */
    private boolean forget(LockCall call) {
        if (!wanted.remove(call.number, call)) {
            return false;
        }
        cancelDeadline(call);
        if (lease != null && call.mayBeKnown) {
            giveBack(lease, call.number);
        } else {
            inUse.decrementAndGet();
        }
        publish();
        return true;
    }

    private static void cancelDeadline(LockCall call) {
        if (call.deadline != null) {
            call.deadline.cancel();
        }
    }

    /** Gives it back. */
    void end(Holding holding) {
        if (held.remove(holding.number, holding)) {
            meters.ended(clock.nanoTime() - holding.sinceNanos, false);
            LockLease of = lease;
            if (of != null && holding.isOf(of)) {
                giveBack(of, holding.number);
            } else {
                inUse.decrementAndGet();
            }
            publish();
        }
    }

    private void giveBack(LockLease of, long number) {
        Release release = new Release();
        releases.put(number, release);
        say(of, number, release);
    }

    private void say(LockLease of, long number, Release release) {
        release.underWay = true;
        write(
                new LockCommand.Release(of.generation, number),
                answer -> {
                    if (releases.remove(number, release)) {
                        inUse.decrementAndGet();
                    }
                },
                problem -> release.underWay = false);
    }

    private void say(LockLease of, LockCall call) {
        call.underWay = true;
        call.mayBeKnown = true;
        write(
                new LockCommand.Acquire(of.generation, call.number, call.waits, call.lock, call.permits, call.limit),
                answer -> {
                    if (of == lease && wanted.get(call.number) == call) {
                        call.underWay = false;
                        answered(of, call, answer);
                    }
                },
                problem -> {
                    if (of == lease) {
                        call.underWay = false;
                        refused(call, problem);
                    }
                });
    }

    private void refused(LockCall call, Throwable problem) {
        if (problem instanceof RequestFailedException failed) {
            call.mayBeKnown = false; // it has changed nothing
            fail(call, failed);
        }
    }

    private void answered(LockLease of, LockCall call, LockAnswer answer) {
        switch (answer.status()) {
            case GRANTED -> granted(of, call, answer.value());
            case WAITING -> {
                call.confirmed = true;
                if (!of.polling) {
                    of.polling = true;
                    client.poll(Commands.LOCK_CHANGES, new Asking(of));
                }
            }
            case NOT_ENLISTED -> lose(of, "the log says that this process was taken for dead", true);
            default -> {
                call.mayBeKnown = false;
                if (answer.status() == Status.BUSY && forget(call)) {
                    complete(call, null);
                } else if (answer.status() == Status.FULL) {
                    fail(call, full(call.lock, answer.value()));
                } else if (answer.status() == Status.OTHER_LIMIT) {
                    fail(call, otherLimit(call, answer.value()));
                }
            }
        }
    }

    private static RequestFailedException otherLimit(LockCall call, long limit) {
        return new RequestFailedException("the " + call.lock + " is used with " + limit + " permits in all, not "
                + call.limit + "; name the same number everywhere, or wait until nobody uses it");
    }

    private void granted(LockLease of, LockCall call, long token) {
        lookAtLease();
        if (of != lease) {
            return; // it came too late, and has been asked for again
        }
        wanted.remove(call.number);
        cancelDeadline(call);
        long now = clock.nanoTime();
        Holding holding = new Holding(owner, of, call, new FencingToken(token), now);
        held.put(call.number, holding);
        meters.granted(now - call.calledNanos);
        complete(call, holding);
        publish();
    }

    /** Asks for what has been granted while something is waited for. */
    private final class Asking implements Poll {
        private final LockLease of;

        Asking(LockLease of) {
            this.of = of;
        }

        @Override
        public boolean isUrgent() {
            return true;
        }

        @Override
        public byte @Nullable [] question() {
            if (stopped || of != lease || wanted.values().stream().noneMatch(call -> call.confirmed)) {
                of.polling = false;
                return null;
            }
            return new LockQuestion(of.generation, of.toldIndex, POLL_WAIT_MILLIS).encode();
        }

        @Override
        public @Nullable RuntimeException answered(byte[] answer) {
            LockPage page = LockPage.decode(answer);
            if (of != lease || stopped) {
                return null;
            }
            if (!page.lives()) {
                lose(of, "the log says that this process was taken for dead", true);
                return null;
            }
            for (LockPage.Granted grant : page.grants()) {
                LockCall call = wanted.get(grant.request());
                if (call != null) {
                    granted(of, call, grant.token());
                }
            }
            of.toldIndex = Math.max(of.toldIndex, page.index());
            return null;
        }

        @Override
        public void ended(RuntimeException why) {
            loop.execute(() -> {
                of.polling = false;
                if (!stopped && of == lease) {
                    LOG.error("{} is not told any more of the locks that it waits for: {}", node, why.toString());
                    List.copyOf(wanted.values()).forEach(call -> fail(call, why));
                }
            });
        }
    }

    private void tick() {
        LockLease now = lease;
        if (stopped) {
            return;
        }
        lookAtLease();
        giveUpSilentOnes();
        if (wanted.isEmpty() && held.isEmpty() && releases.isEmpty()) {
            if (clock.nanoTime() - usedNanos > IDLE_NANOS) {
                ticking = false;
                leave();
                return;
            }
        } else {
            usedNanos = clock.nanoTime();
        }
        if (now != null && now == lease && client.isReady()) {
            if (++ticks >= ticksToRenew) {
                ticks = 0;
                renew(now);
            }
            sayAgain(now);
        } else if (lease == null && !wanted.isEmpty() && client.isReady()) {
            enlist();
        }
        publish();
        loop.schedule(leaseNanos / RENEWALS / ticksToRenew, this::tick);
    }

    private void giveUpSilentOnes() {
        long now = clock.nanoTime();
        for (LockCall call : List.copyOf(wanted.values())) {
            if (!call.confirmed && now - call.silentSinceNanos > patienceNanos) {
                fail(
                        call,
                        new NotAvailableException("the log has not said anything about the " + call.lock + " for "
                                + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms; the call has been withdrawn"));
            }
        }
    }

    private void sayAgain(LockLease of) {
        releases.forEach((number, release) -> {
            if (!release.underWay) {
                say(of, number, release);
            }
        });
        for (LockCall call : wanted.values()) {
            if (!call.underWay && !call.confirmed) {
                say(of, call);
            }
        }
    }

    private void leave() {
        LockLease of = lease;
        if (of != null) {
            lease = null;
            of.end();
            write(new LockCommand.Leave(of.generation), answer -> {}, problem -> {});
        }
    }

    private void enlist() {
        if (enlisting || stopped) {
            return;
        }
        enlisting = true;
        long sent = clock.nanoTime();
        write(
                new LockCommand.Enlist(process, leaseNanos, node),
                answer -> {
                    enlisting = false;
                    if (answer.status() == Status.DONE) {
                        enlisted(answer.value(), sent + leaseNanos);
                    } else {
                        List.copyOf(wanted.values()).forEach(call -> fail(call, full(call.lock, answer.value())));
                    }
                },
                problem -> {
                    enlisting = false;
                    List.copyOf(wanted.values()).forEach(call -> refused(call, problem));
                });
    }

    private void enlisted(long generation, long validUntilNanos) {
        LockLease begun = new LockLease(generation, validUntilNanos);
        // Earlier ones of this process, or of one that used its disk before, hold and want nothing any more.
        write(new LockCommand.Bury(generation), answer -> {}, problem -> {});
        if (!begun.isValid(clock.nanoTime())) {
            return; // the answer took too long: once more, with the next tick
        }
        lease = begun;
        ticks = 0;
        meters.enlisted();
        LOG.debug("{} uses locks, with lease {}", node, generation);
        watch(begun);
        sayAgain(begun);
    }

    /** Sees to it that its end is noticed when it comes. */
    private void watch(LockLease of) {
        loop.schedule(of.remainingNanos(clock.nanoTime()), () -> {
            if (of == lease && !stopped) {
                lookAtLease();
                if (of == lease) {
                    watch(of);
                }
            }
        });
    }

    private void lookAtLease() {
        LockLease of = lease;
        if (of != null && !of.isValid(clock.nanoTime())) {
            lose(of, "no renewal of the lease was answered within its " + leaseNanos / 1_000_000 + " ms", false);
        }
    }

    private void renew(LockLease of) {
        if (of.renewing >= RENEWALS) {
            return;
        }
        of.renewing++;
        long sent = clock.nanoTime();
        write(
                new LockCommand.Renew(of.generation),
                answer -> {
                    of.renewing--;
                    lookAtLease();
                    if (of == lease && answer.status() == Status.NOT_ENLISTED) {
                        lose(of, "the log says that this process was taken for dead", true);
                    } else if (of == lease) {
                        of.extend(sent + leaseNanos);
                    }
                },
                problem -> of.renewing--);
    }

    private void lose(LockLease of, String reason, boolean logKnows) {
        lease = null;
        of.end();
        inUse.addAndGet(-releases.size());
        releases.clear();
        loseHoldings(reason);
        if (!logKnows) {
            write(new LockCommand.Leave(of.generation), answer -> {}, problem -> {});
        }
        wanted.values().forEach(call -> call.startAnew(clock.nanoTime()));
        if (!wanted.isEmpty()) {
            enlist();
        }
        publish();
    }

    private void loseHoldings(String reason) {
        if (held.isEmpty()) {
            return;
        }
        List<Holding> lost = new ArrayList<>(held.values());
        held.clear();
        inUse.addAndGet(-lost.size());
        LOG.warn(
                "{} has lost {} locks, the {} among them: {}; others may have them now",
                node,
                lost.size(),
                lost.get(0).lock(),
                reason);
        for (Holding holding : lost) {
            meters.ended(clock.nanoTime() - holding.sinceNanos, holding.lose(reason));
        }
    }

    private void publish() {
        meters.now(held.size(), wanted.size());
    }

    /** @param failed hears why nothing came of it, as far as is known */
    @SuppressWarnings("FutureReturnValueIgnored") // what becomes of it is looked at in the callback
    private void write(LockCommand command, Consumer<LockAnswer> done, Consumer<Throwable> failed) {
        client.writeUrgent(Commands.LOCKS, command.encode(), leaseNanos)
                .whenComplete((answer, failure) -> loop.execute(() -> {
                    if (stopped) {
                        return;
                    }
                    if (failure == null) {
                        done.accept(LockAnswer.decode(answer));
                    } else {
                        LOG.debug("{}: {} came to nothing: {}", node, command, failure.toString());
                        failed.accept(failure);
                    }
                }));
    }

    /**
     * Ends it: who waits is told, and what is held is lost. If nothing was held the log hears of it, and this waits a little for
     * that; else it ends with the lease, since threads may still be at work under it.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // whatever becomes of it, this goes on
    void stop(Runnable done) {
        LockLease of = lease;
        boolean leaves = of != null && held.isEmpty();
        if (of != null && !leaves && !stopped) {
            LOG.warn("{} stops while it holds {} locks; others have them when its lease has ended", node, held.size());
            wanted.values().stream()
                    .filter(call -> call.mayBeKnown)
                    .map(call -> new LockCommand.Release(of.generation, call.number))
                    .forEach(release -> client.writeUrgent(Commands.LOCKS, release.encode(), leaseNanos));
        }
        endAll(node + " is stopping");
        if (of == null || !leaves) {
            done.run();
            return;
        }
        boolean[] over = {false};
        Runnable end = () -> {
            if (!over[0]) {
                over[0] = true;
                done.run();
            }
        };
        loop.schedule(Math.min(LEAVE_NANOS, leaseNanos), end);
        client.writeUrgent(Commands.LOCKS, new LockCommand.Leave(of.generation).encode(), leaseNanos)
                .whenComplete((answer, failure) -> loop.execute(end));
    }

    /** The node has failed and does not {@link #stop} in order. On any thread. */
    void abandon() {
        try {
            loop.run(this::abandonHere);
        } catch (IllegalStateException noLoop) {
            abandonHere();
        }
        meters.close();
    }

    private void abandonHere() {
        abandoned = true;
        endAll(node + " has failed");
    }

    private void endAll(String why) {
        if (stopped) {
            return;
        }
        stopped = true;
        LockLease of = lease;
        lease = null;
        if (of != null) {
            of.end();
        }
        loseHoldings(why);
        for (LockCall call : List.copyOf(wanted.values())) {
            fail(call, new NotAvailableException(why));
        }
        publish();
    }
}
