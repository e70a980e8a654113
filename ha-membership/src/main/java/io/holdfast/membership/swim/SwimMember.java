package io.holdfast.membership.swim;

import io.holdfast.core.MemberState;

/**
 * A member as this node sees it.
 *
 * @param sinceNanos since when it is in that state here, by the caller's clock
 */
public record SwimMember(MemberInfo info, MemberState state, long sinceNanos) {}
