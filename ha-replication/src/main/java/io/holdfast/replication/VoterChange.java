package io.holdfast.replication;

import java.util.List;

/**
 * What came of a change of who votes.
 *
 * @param changed false if all was so already, or it was only asked what would be done
 * @param detail for people
 * @param voters node ids of who votes, in the log's order
 * @param index where that is in the log
 */
public record VoterChange(boolean changed, String detail, List<String> voters, long index) {
    /** A copy of its own. */
    public VoterChange {
        voters = List.copyOf(voters);
    }
}
