package io.holdfast.membership.wire;

import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.MemberInfo;
import org.jspecify.annotations.Nullable;

/**
 * How a member sees another one, or itself.
 *
 * @param state null if it is forgotten
 */
public record Sighting(MemberInfo member, @Nullable MemberState state) {}
