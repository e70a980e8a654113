package io.holdfast.verification.sim;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.LogAccess;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Someone who writes, several commands at a time, and reads; checks what it is told against what was decided. */
final class Writer {
    private final String name;
    private final Simulation simulation;
    private final SplittableRandom random;
    private final Supplier<LogAccess> log;
    private final SplittableRandom levels;
    private final BooleanSupplier alive;
    private final Decisions decisions;
    private final Runnable told;
    private final List<String> acknowledged = new ArrayList<>();
    private final int window;
    private int lives;
    private int sent;
    private int inFlight;
    private final TreeMap<Integer, Integer> places = new TreeMap<>();
    private @Nullable LogAccess process;
    private String lastOutcome = "none";
    private long gapNanos = 60_000_000L;
    private boolean stopped;

    Writer(
            String name,
            Simulation simulation,
            Supplier<LogAccess> log,
            BooleanSupplier alive,
            Decisions decisions,
            Runnable told) {
        this.name = name;
        this.told = told;
        this.simulation = simulation;
        this.random = simulation.random("writer " + name);
        this.log = log;
        this.levels = simulation.random("levels of " + name);
        this.alive = alive;
        this.decisions = decisions;
        this.window = 1 + random.nextInt(12);
    }

    void start() {
        next();
    }

    private void next() {
        simulation.at(Duration.ofNanos(random.nextLong(gapNanos)), () -> {
            if (stopped) {
                return;
            }
            noticeNewLife();
            if (alive.getAsBoolean()) {
                if (inFlight < window) {
                    write(random.nextInt(4) == 0);
                }
                if (random.nextInt(6) == 0) {
                    read();
                }
            }
            next();
        });
    }

    /** With a process everything goes that it waited for. The next one has a session of its own. */
    private void noticeNewLife() {
        LogAccess current = log.get();
        if (!current.equals(process)) {
            process = current;
            lives++;
            inFlight = 0;
            places.clear();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // every outcome is looked at in the callback
    void write(boolean large) {
        int life = lives;
        int number = ++sent;
        String command = name + "." + life + ":" + number + (large ? "-" + "x".repeat(random.nextInt(9_000)) : "");
        inFlight++;
        log.get()
                .commands()
                .writeAsync(Commands.USER, command.getBytes(StandardCharsets.UTF_8), 5_000_000_000L)
                .whenComplete((answer, problem) -> {
                    if (life != lives) {
                        return;
                    }
                    inFlight--;
                    lastOutcome = problem == null ? "acknowledged" : problem.toString();
                    if (problem == null) {
                        acknowledged(number, command, new String(answer, StandardCharsets.UTF_8));
                    } else if (problem instanceof OutcomeUnknownException) {
                        return; // whatever became of it is right
                    } else if (!(problem instanceof NotAvailableException || problem instanceof OverloadedException)) {
                        decisions.violate(name + ": '" + command + "' ended with " + problem);
                    } else if (decisions.placeOf(command) != 0) {
                        decisions.violate(name + ": '" + command + "' was applied, but ended with " + problem);
                    }
                });
    }

    private void acknowledged(int number, String command, String place) {
        decisions.acknowledged(command, place);
        told.run();
        acknowledged.add(command);
        int at = Integer.parseInt(place);
        Map.Entry<Integer, Integer> before = places.lowerEntry(number);
        Map.Entry<Integer, Integer> after = places.higherEntry(number);
        if ((before != null && before.getValue() >= at) || (after != null && after.getValue() <= at)) {
            decisions.violate(
                    name + ": write " + number + " took place " + at + " between " + before + " and " + after);
        }
        places.put(number, at);
    }

    /**
     * What is read is at least what had been acknowledged to anybody before; or, for one read in three, to this writer, whom
     * any node may answer.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // every outcome is looked at in the callback
    private void read() {
        boolean own = levels.nextInt(3) == 0;
        int least = own
                ? places.values().stream().mapToInt(Integer::intValue).max().orElse(0)
                : decisions.highestAcknowledged();
        int life = lives;
        LogAccess access = log.get();
        Freshness freshness = own ? new Freshness(Freshness.AT_LEAST, access.position()) : Freshness.STRICT;
        access.commands()
                .reading(freshness)
                .readAsync(Commands.USER, new byte[0], 5_000_000_000L)
                .whenComplete((answer, problem) -> {
                    if (life == lives && problem == null) {
                        int seen = Integer.parseInt(new String(answer, StandardCharsets.UTF_8));
                        if (seen < least) {
                            decisions.violate(name + " read " + seen + " after " + least + " had been acknowledged");
                        }
                    } else if (life == lives
                            && !(problem instanceof NotAvailableException || problem instanceof OverloadedException)) {
                        decisions.violate(name + ": a read ended with " + problem);
                    }
                });
    }

    /** From now on. */
    void slowDown(int times) {
        gapNanos *= times;
    }

    /** False where its process does not run. */
    boolean isThere() {
        return alive.getAsBoolean();
    }

    void stop() {
        noticeNewLife();
        stopped = true;
    }

    List<String> acknowledged() {
        return acknowledged;
    }

    /** Of the present process: with an earlier one everything has gone that it waited for. */
    int inFlight() {
        noticeNewLife();
        return inFlight;
    }

    @Override
    public String toString() {
        return "\n  writer " + name + ": " + acknowledged.size() + " acknowledged, " + inFlight + " in flight, last "
                + lastOutcome;
    }
}
