package io.holdfast.core;

/**
 * Something that happened to a member, as this node saw it. Told in order; see {@link HaCluster.Builder#memberListener}.
 *
 * @param kind what happened
 * @param member how it is now
 * @param reason for people: who said so, and why
 */
public record MemberEvent(Kind kind, Member member, String reason) {

    /** What happened. */
    public enum Kind {
        /** It was not known before. */
        JOINED,
        /** It says something else of itself: its address, a tag, a service, its role, its load. */
        UPDATED,
        /** It could not be reached, and has a short time to say that it lives. */
        SUSPECTED,
        /** It was suspected and has said that it lives. */
        REFUTED,
        /** It did not say so in time, and counts as dead; or it was dead before this node came, as another one says. */
        DIED,
        /** It went in good order; also if that was before this node came. */
        LEFT,
        /** It was dead or had left, and is there again: the same process after a partition, or a new one. */
        CAME_BACK,
        /** It was dead or had left for so long that it is forgotten. */
        FORGOTTEN
    }

    @Override
    public String toString() {
        return member.id() + " " + kind + (reason.isEmpty() ? "" : ": " + reason);
    }
}
