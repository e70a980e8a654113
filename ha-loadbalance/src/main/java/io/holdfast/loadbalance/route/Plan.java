package io.holdfast.loadbalance.route;

import java.util.List;

/**
 * Who gets what part of the requests. Immutable.
 *
 * @param groups in the order of priority, and the caller's own zone first
 * @param panic whether some get requests that are not available
 */
public record Plan(List<Group> groups, boolean panic) {
    /** A copy of its own. */
    public Plan {
        groups = List.copyOf(groups);
    }

    /**
     * Endpoints among which the algorithm chooses.
     *
     * @param priority theirs
     * @param zone theirs; empty if the plan takes no notice of zones
     * @param fraction of the requests, 0 to 1; with 0 it is asked only if no other can take a request
     * @param members by id; those that are not to be picked are there too, with a share of 0
     */
    public record Group(int priority, String zone, double fraction, List<Member> members) {
        /** A copy of its own. */
        public Group {
            members = List.copyOf(members);
        }

        /** The weights that are available, each with its share. */
        double capacity() {
            return members.stream().mapToDouble(Member::capacity).sum();
        }
    }

    /**
     * One in a group.
     *
     * @param candidate who
     * @param share what part of its weight it may take now, in tenths
     * @param inPanic whether it is not available and gets something nevertheless
     */
    public record Member(Candidate candidate, int share, boolean inPanic) {
        double capacity() {
            return (double) candidate.weight() * share / Planner.WHOLE;
        }
    }
}
