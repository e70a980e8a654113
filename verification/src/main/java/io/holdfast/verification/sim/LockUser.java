package io.holdfast.verification.sim;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.FencedLock;
import io.holdfast.replication.LockGrant;
import io.holdfast.replication.LockLostException;
import io.holdfast.replication.Semaphore;
import io.holdfast.testkit.Simulation;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Somebody who locks, works for a while and unlocks, again and again; some give up waiting. */
final class LockUser {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String id;
    private final Simulation simulation;
    private final SplittableRandom random;
    private final Supplier<HaCluster> process;
    private final BooleanSupplier running;
    private final LockGrants grants;
    private @Nullable HaCluster used;
    private @Nullable LockGrant held;
    private int granted;
    private int gapMillis = 400;
    private boolean stopped;

    /** @param process that is used, as long as it is running */
    LockUser(
            String id, Simulation simulation, Supplier<HaCluster> process, BooleanSupplier running, LockGrants grants) {
        this.id = id;
        this.simulation = simulation;
        this.random = simulation.random("lock user " + id);
        this.process = process;
        this.running = running;
        this.grants = grants;
    }

    void start() {
        simulation.at(Duration.ofMillis(random.nextInt(gapMillis)), this::act);
    }

    /** From now on. */
    void slowDown(int times) {
        gapMillis *= times;
    }

    /** It wants nothing more; what it holds it gives back when it is done. */
    void stop() {
        stopped = true;
    }

    /** False where its process does not run. */
    boolean isThere() {
        return running.getAsBoolean();
    }

    /** How often it was granted something. */
    int granted() {
        return granted;
    }

    /** In the calm: asks once more, and expects to be granted it. */
    CompletableFuture<Optional<LockGrant>> once() {
        CompletableFuture<Optional<LockGrant>> wanted = call(process.get(), PATIENCE);
        var unused = wanted.thenAccept(got -> got.ifPresent(this::release));
        return wanted;
    }

    private boolean lives() {
        return running.getAsBoolean() && (used == null || used == process.get());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it may fail, as the storm wants it
    private void act() {
        if (stopped) {
            return;
        }
        if (!running.getAsBoolean()) {
            start();
            return;
        }
        HaCluster now = process.get();
        used = now;
        Duration wait = Duration.ofMillis(random.nextInt(4) == 0 ? random.nextInt(300) : 20_000);
        CompletableFuture<Optional<LockGrant>> wanted = call(now, wait);
        boolean[] ended = {false};
        wanted.whenComplete((got, failure) -> {
            ended[0] = true;
            if (failure == null && got.isPresent()) {
                work(got.get());
            } else {
                start();
            }
        });
        if (random.nextInt(8) == 0) {
            simulation.at(Duration.ofMillis(random.nextInt(500)), () -> {
                if (lives()) {
                    wanted.cancel(false);
                }
            });
        }
        again(now, ended);
    }

    /** A process that dies calls nobody back: its successor begins anew. */
    private void again(HaCluster of, boolean[] ended) {
        simulation.at(Duration.ofMillis(500), () -> {
            boolean dead = !running.getAsBoolean() || process.get() != of;
            if (!ended[0] && dead) {
                start();
            } else if (!ended[0]) {
                again(of, ended);
            }
        });
    }

    private CompletableFuture<Optional<LockGrant>> call(HaCluster by, Duration wait) {
        return random.nextInt(3) == 0
                ? Semaphore.in(by, LockGrants.POOL, LockGrants.PERMITS)
                        .acquireAsync(1 + random.nextInt(LockGrants.PERMITS), wait)
                : FencedLock.in(by, LockGrants.LOCK).acquireAsync(wait);
    }

    private void work(LockGrant grant) {
        HaCluster of = used;
        granted++;
        held = grant;
        grants.granted(id, grant, () -> running.getAsBoolean() && process.get() == of);
        simulation.at(Duration.ofMillis(random.nextInt(random.nextInt(5) == 0 ? 2_500 : 200)), () -> {
            if (running.getAsBoolean() && process.get() == of) {
                release(grant);
            }
            held = null;
            start();
        });
    }

    private void release(LockGrant grant) {
        boolean valid = grant.isValid();
        try {
            grant.release();
            if (!valid) {
                grants.violate(id + " released " + grant + ", which was lost, and was not told");
            }
        } catch (LockLostException e) {
            if (valid) {
                grants.violate(id + " was told that " + grant + " was lost, and it was valid");
            }
        }
    }

    @Override
    public String toString() {
        return id + " granted " + granted + " times" + (held == null ? "" : ", has " + held);
    }
}
