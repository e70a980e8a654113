package io.holdfast.autoscale.fleet;

import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.decide.SizingMemory;
import io.holdfast.autoscale.decide.SizingMemory.Change;
import io.holdfast.autoscale.decide.SizingMemory.Recommendation;
import java.util.List;

/**
 * All of scaling that outlasts the node that decides: it is kept in the log.
 *
 * @param token of the node that wrote it
 * @param logId which log it belongs to: what a restore brings back from another one is not gone on with
 * @param atMillis when it was written, by that node's time of decisions
 * @param pausedBy who paused scaling; empty if nobody did
 * @param fleet what is wanted, and what has been begun
 * @param memory what decisions remember
 * @param history the load of the last while, thinned out
 */
public record ScalingRecord(
        long token,
        String logId,
        long atMillis,
        String pausedBy,
        FleetState fleet,
        SizingMemory memory,
        List<LoadSnapshot> history) {
    /** Copies the list. */
    public ScalingRecord {
        history = List.copyOf(history);
    }

    /**
     * The same as if it had been written at another time: nothing in it is older or younger for that. What passed between two nodes that
     * decide is not counted, since their clocks may differ; a pause can only be longer for it.
     */
    ScalingRecord at(long millis) {
        long by = millis - atMillis;
        return new ScalingRecord(
                token,
                logId,
                millis,
                pausedBy,
                fleet,
                new SizingMemory(
                        memory.recommendations().stream()
                                .map(r -> new Recommendation(r.fromMillis() + by, r.toMillis() + by, r.nodes()))
                                .toList(),
                        memory.changes().stream()
                                .map(c -> new Change(c.atMillis() + by, c.from(), c.to()))
                                .toList(),
                        memory.startUpMillis()),
                history.stream()
                        .map(s -> new LoadSnapshot(
                                s.at().plusMillis(by), s.wanted(), s.ready(), s.warming(), s.metrics()))
                        .toList());
    }
}
