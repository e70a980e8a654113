package io.holdfast.verification.sim;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.replication.session.Commands;
import io.holdfast.testkit.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Someone who writes, several commands at a time, and reads; checks what it is told against what was decided. */
final class Writer {
    private final String name;
    private final Simulation simulation;
    private final SplittableRandom random;
    private final Supplier<Commands> log;
    private final BooleanSupplier alive;
    private final Decisions decisions;
    private final List<String> acknowledged = new ArrayList<>();
    private final int window;
    private int lives;
    private int sent;
    private int inFlight;
    private int lastPlace;
    private int unknown;
    private boolean stopped;

    Writer(String name, Simulation simulation, Supplier<Commands> log, BooleanSupplier alive, Decisions decisions) {
        this.name = name;
        this.simulation = simulation;
        this.random = simulation.newRandom();
        this.log = log;
        this.alive = alive;
        this.decisions = decisions;
        this.window = 1 + random.nextInt(12);
    }

    void start() {
        next();
    }

    private void next() {
        simulation.after(Duration.ofNanos(random.nextLong(60_000_000L)), () -> {
            if (stopped) {
                return;
            }
            if (alive.getAsBoolean()) {
                if (inFlight < window) {
                    write(random.nextInt(4) == 0);
                }
                if (random.nextInt(6) == 0) {
                    read();
                }
            } else if (inFlight > 0) {
                // Its process is gone, and what it waited for with it. The next one has a session of its own.
                lives++;
                inFlight = 0;
                lastPlace = 0;
            }
            next();
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // every outcome is looked at in the callback
    void write(boolean large) {
        int life = lives;
        String command = name + "." + life + ":" + ++sent + (large ? "-" + "x".repeat(random.nextInt(9_000)) : "");
        inFlight++;
        log.get()
                .writeAsync(Commands.USER, command.getBytes(StandardCharsets.UTF_8), 5_000_000_000L)
                .whenComplete((answer, problem) -> {
                    if (life != lives) {
                        return;
                    }
                    inFlight--;
                    if (problem == null) {
                        acknowledged(command, new String(answer, StandardCharsets.UTF_8));
                    } else if (problem instanceof OutcomeUnknownException) {
                        unknown++;
                    } else if (!(problem instanceof NotAvailableException || problem instanceof OverloadedException)) {
                        decisions.violate(name + ": '" + command + "' ended with " + problem);
                    } else if (decisions.placeOf(command) != 0) {
                        decisions.violate(name + ": '" + command + "' was applied, but ended with " + problem);
                    }
                });
    }

    private void acknowledged(String command, String place) {
        decisions.acknowledged(command, place);
        acknowledged.add(command);
        int at = Integer.parseInt(place);
        if (at <= lastPlace) {
            decisions.violate(
                    name + ": '" + command + "' became number " + at + ", behind it in order came " + lastPlace);
        }
        lastPlace = at;
    }

    /** What is read is at least what had been acknowledged to anybody before. */
    @SuppressWarnings("FutureReturnValueIgnored") // every outcome is looked at in the callback
    private void read() {
        int least = decisions.highestAcknowledged();
        int life = lives;
        log.get().readAsync(Commands.USER, new byte[0], 5_000_000_000L).whenComplete((answer, problem) -> {
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

    void stop() {
        stopped = true;
    }

    List<String> acknowledged() {
        return acknowledged;
    }

    int inFlight() {
        return inFlight;
    }
}
