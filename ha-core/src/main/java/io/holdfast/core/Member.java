package io.holdfast.core;

/**
 * A node as the cluster knows it. Immutable.
 *
 * @param node how it describes itself: id, address to dial, zone, tags, weight, services
 * @param state whether it is there
 * @param facts what its running parts say of it
 * @param version rises whenever anything here changes, within one life of that node; for display and comparison
 */
public record Member(Node node, MemberState state, MemberFacts facts, long version) {

    /** Its id. */
    public String id() {
        return node.id();
    }

    /** What others dial. */
    public Address address() {
        return node.advertisedAddress();
    }

    /** True if it counts as there: alive, or suspected only. */
    public boolean isPresent() {
        return state.isPresent();
    }

    @Override
    public String toString() {
        return node.id() + " at " + address() + " " + state;
    }
}
