package io.holdfast.membership.node;

import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.MemberChange.Kind;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.wire.Sighting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has happened to a member between two sightings, in the words in which members themselves are told. */
final class ViewChange {
    private ViewChange() {}

    /**
     * Compares the two.
     *
     * @param before null if it was not known
     * @return in order; empty if nothing has happened that users are told of
     */
    static List<Kind> between(@Nullable Sighting before, Sighting now) {
        MemberState then = before == null ? null : before.state();
        MemberState state = now.state();
        if (state == null) {
            return then == null ? List.of() : List.of(Kind.FORGOTTEN);
        }
        if (before == null || then == null) {
            return List.of(state.isPresent() ? Kind.JOINED : gone(state));
        }
        MemberInfo known = before.member();
        boolean another = known.boot() != now.member().boot();
        if (then.isPresent() && state.isPresent() && another) {
            return List.of(Kind.DIED, Kind.CAME_BACK); // the one that was seen is not the one that is
        }
        if (then != state) {
            return List.of(changed(then, state));
        }
        return known.saysTheSame(now.member()) ? List.of() : List.of(Kind.UPDATED);
    }

    private static Kind changed(MemberState before, MemberState now) {
        if (!now.isPresent()) {
            return gone(now);
        }
        if (!before.isPresent()) {
            return Kind.CAME_BACK;
        }
        return now == MemberState.SUSPECT ? Kind.SUSPECTED : Kind.REFUTED;
    }

    private static Kind gone(MemberState state) {
        return state == MemberState.LEFT ? Kind.LEFT : Kind.DIED;
    }
}
