package io.holdfast.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The snapshots of the last while, oldest first; at least one. Immutable. */
public record LoadHistory(List<LoadSnapshot> snapshots) {

    /** Checks that there is one, and that they are in order. */
    public LoadHistory {
        snapshots = List.copyOf(snapshots);
        if (snapshots.isEmpty()) {
            throw new IllegalArgumentException("a history holds at least one snapshot");
        }
        for (int i = 1; i < snapshots.size(); i++) {
            if (!snapshots.get(i).at().isAfter(snapshots.get(i - 1).at())) {
                throw new IllegalArgumentException("snapshots are in order of time, and "
                        + snapshots.get(i).at() + " does not follow "
                        + snapshots.get(i - 1).at());
            }
        }
    }

    /** The newest. */
    public LoadSnapshot last() {
        return snapshots.get(snapshots.size() - 1);
    }

    /** When the newest was taken: what policies call now. */
    public Instant now() {
        return last().at();
    }

    /** Those not older than that, counted from the newest, oldest first; at least the newest. */
    public List<LoadSnapshot> within(Duration window) {
        Instant since = now().minus(window);
        int first = snapshots.size() - 1;
        while (first > 0 && !snapshots.get(first - 1).at().isBefore(since)) {
            first--;
        }
        return snapshots.subList(first, snapshots.size());
    }

    /** The time between the newest and the one before; 0 if there is only one. */
    public Duration spacing() {
        return snapshots.size() == 1
                ? Duration.ZERO
                : Duration.between(snapshots.get(snapshots.size() - 2).at(), now());
    }
}
