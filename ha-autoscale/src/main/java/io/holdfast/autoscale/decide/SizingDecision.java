package io.holdfast.autoscale.decide;

import io.holdfast.autoscale.Wish;
import java.util.List;

/**
 * How many nodes there are to be, and why.
 *
 * @param nodes how many; equal to the newest snapshot's {@code wanted} if nothing is to be done
 * @param wishes of the policies, in their order
 * @param limits which limits changed the largest wish, in words with figures, in the order they did
 * @param next what the next decision has to be given
 * @param reason all of it in a sentence
 */
public record SizingDecision(int nodes, List<Wish> wishes, List<String> limits, SizingMemory next, String reason) {
    /** Copies the lists. */
    public SizingDecision {
        wishes = List.copyOf(wishes);
        limits = List.copyOf(limits);
    }
}
