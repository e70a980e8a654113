package io.holdfast.membership.swim;

import io.holdfast.core.MemberState;
import java.util.List;

/**
 * All that a node knows, as two nodes exchange it over a stream.
 *
 * @param from who sends it, with its state of now
 * @param entries the others
 */
public record SwimTable(MemberInfo from, List<Entry> entries) {

    /**
     * @param ageSeconds for how long it has been dead or left, so that the dead are not remembered for ever by being passed
     *     around; 0 for the living
     */
    public record Entry(MemberInfo member, MemberState state, long ageSeconds) {}
}
