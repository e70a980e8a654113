package io.holdfast.testkit;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How well one direction between two nodes carries frames. Immutable; start from {@link #good()}.
 *
 * @param minDelay shortest time under way; not negative
 * @param maxDelay longest time under way; at least {@code minDelay}
 * @param loss probability that a frame, or a dial, is lost; 0 to 1
 * @param duplication probability that a frame arrives twice; 0 to 1
 * @param reordering probability that a frame is held up, so that later ones overtake it; 0 to 1
 * @param bytesPerSecond how much can leave; 0 for no limit
 */
public record LinkQuality(
        Duration minDelay, Duration maxDelay, double loss, double duplication, double reordering, long bytesPerSecond) {

    /** Checks the ranges. */
    public LinkQuality {
        Times.nanos(minDelay, "minDelay");
        if (maxDelay.compareTo(minDelay) < 0) {
            throw new IllegalArgumentException("maxDelay is " + maxDelay + ", below minDelay, which is " + minDelay);
        }
        Times.probability(loss, "loss");
        Times.probability(duplication, "duplication");
        Times.probability(reordering, "reordering");
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException("bytesPerSecond is " + bytesPerSecond + "; 0 means no limit");
        }
    }

    /** A good local network: 50 to 300 microseconds, nothing lost, doubled or out of order, no limit. */
    public static LinkQuality good() {
        return new LinkQuality(Duration.ofNanos(50_000), Duration.ofNanos(300_000), 0, 0, 0, 0);
    }

    /** The same with other times under way. */
    public LinkQuality withDelay(Duration min, Duration max) {
        return new LinkQuality(min, max, loss, duplication, reordering, bytesPerSecond);
    }

    /** The same with another probability of loss. */
    public LinkQuality withLoss(double probability) {
        return new LinkQuality(minDelay, maxDelay, probability, duplication, reordering, bytesPerSecond);
    }

    /** The same with another probability that a frame arrives twice. */
    public LinkQuality withDuplication(double probability) {
        return new LinkQuality(minDelay, maxDelay, loss, probability, reordering, bytesPerSecond);
    }

    /** The same with another probability that a frame is overtaken. */
    public LinkQuality withReordering(double probability) {
        return new LinkQuality(minDelay, maxDelay, loss, duplication, probability, bytesPerSecond);
    }

    /** The same with another limit. */
    public LinkQuality withBandwidth(long newBytesPerSecond) {
        return new LinkQuality(minDelay, maxDelay, loss, duplication, reordering, newBytesPerSecond);
    }

    long drawDelayNanos(SplittableRandom random) {
        long min = minDelay.toNanos();
        return min + random.nextLong(maxDelay.toNanos() - min + 1);
    }
}
