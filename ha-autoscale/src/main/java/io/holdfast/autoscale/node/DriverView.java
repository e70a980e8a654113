package io.holdfast.autoscale.node;

import io.holdfast.autoscale.fleet.FleetState;
import io.holdfast.autoscale.fleet.Scaler;
import io.holdfast.autoscale.fleet.Stage;
import io.holdfast.autoscale.fleet.Standing;
import io.holdfast.core.FencingToken;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How things stand with scaling, for other threads. Immutable.
 *
 * @param token of the node that decides; null if that is another one
 * @param state what is wanted and has been begun
 * @param standings how far each node is
 * @param pausedBy who paused it; empty if nobody did
 * @param waitsFor what is waited for; empty for nothing
 * @param trouble what the target fails at; empty if it does not
 * @param recordTrouble why the record in the log cannot be read or kept, so that nothing is decided; empty if it can
 * @param startUpNanos how long new nodes take, as far as is known
 */
record DriverView(
        @Nullable FencingToken token,
        FleetState state,
        SortedMap<String, Standing> standings,
        String pausedBy,
        String waitsFor,
        String trouble,
        String recordTrouble,
        long startUpNanos) {
    static final DriverView NOTHING = nothing("");

    DriverView {
        standings = Collections.unmodifiableSortedMap(new TreeMap<>(standings));
    }

    private static DriverView nothing(String recordTrouble) {
        return new DriverView(null, FleetState.of(0), new TreeMap<>(), "", "", "", recordTrouble, 0);
    }

    static DriverView of(@Nullable FencingToken token, Scaler scaler, String recordTrouble) {
        return token == null
                ? nothing(recordTrouble)
                : new DriverView(
                        token,
                        scaler.state(),
                        scaler.standings(),
                        scaler.pausedBy(),
                        scaler.waitsFor(),
                        scaler.trouble(),
                        recordTrouble,
                        scaler.startUp().toNanos());
    }

    long count(Stage stage) {
        return standings.values().stream().filter(s -> s.stage() == stage).count();
    }

    String action() {
        return state.going()
                .map(going -> going.action() + ": " + going.node() + " " + going.phase())
                .or(() ->
                        state.growth().map(growth -> growth.action() + ": " + growth.nodes() + " to " + growth.size()))
                .orElse("");
    }
}
