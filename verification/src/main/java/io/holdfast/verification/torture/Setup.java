package io.holdfast.verification.torture;

import io.holdfast.verification.process.NodeTuning;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How a run's nodes are set, as its seed has it.
 *
 * @param nodes how many, all of them voters
 * @param leaseReads {@code LogReplication.leaseReads()}
 * @param segmentBytes of a file of the log: small, so that there are many
 * @param snapshotBytes of log from one snapshot to the next: small, so that who was away needs one
 */
record Setup(int nodes, boolean leaseReads, int segmentBytes, long snapshotBytes) {
    static Setup of(long seed, int nodes) {
        SplittableRandom random = new SplittableRandom(seed);
        return new Setup(nodes, random.nextBoolean(), 256 << 10 << random.nextInt(3), 256L << 10 << random.nextInt(3));
    }

    NodeTuning tuning() {
        return new NodeTuning(segmentBytes, snapshotBytes, 0);
    }

    java.util.List<String> ids() {
        return IntStream.rangeClosed(1, nodes).mapToObj(i -> "node-" + i).toList();
    }

    @Override
    public String toString() {
        return nodes + " nodes, lease reads " + (leaseReads ? "on" : "off") + ", segments of " + (segmentBytes >> 10)
                + " KiB, a snapshot every " + (snapshotBytes >> 10) + " KiB";
    }
}
