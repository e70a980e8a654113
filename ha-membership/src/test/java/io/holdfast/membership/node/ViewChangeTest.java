package io.holdfast.membership.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.Address;
import io.holdfast.core.MemberState;
import io.holdfast.membership.swim.MemberChange.Kind;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.wire.Sighting;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ViewChangeTest {
    private static Sighting seen(int boot, int incarnation, @Nullable MemberState state, int... metadata) {
        byte[] bytes = new byte[metadata.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) metadata[i];
        }
        return new Sighting(new MemberInfo("a", boot, incarnation, new Address("h", 7400), 0, bytes), state);
    }

    @Test
    void whoWasNotKnown() {
        assertEquals(List.of(Kind.JOINED), ViewChange.between(null, seen(1, 1, MemberState.ALIVE)));
        assertEquals(List.of(Kind.JOINED), ViewChange.between(null, seen(1, 1, MemberState.SUSPECT)));
        assertEquals(List.of(Kind.DIED), ViewChange.between(null, seen(1, 1, MemberState.DEAD)));
        assertEquals(List.of(Kind.LEFT), ViewChange.between(null, seen(1, 1, MemberState.LEFT)));
        assertEquals(List.of(), ViewChange.between(null, seen(1, 1, null)));
    }

    @Test
    void whatBecomesOfOne() {
        Object[][] cases = {
            {MemberState.ALIVE, MemberState.ALIVE, List.of()},
            {MemberState.ALIVE, MemberState.SUSPECT, List.of(Kind.SUSPECTED)},
            {MemberState.ALIVE, MemberState.DEAD, List.of(Kind.DIED)},
            {MemberState.ALIVE, MemberState.LEFT, List.of(Kind.LEFT)},
            {MemberState.ALIVE, null, List.of(Kind.FORGOTTEN)},
            {MemberState.SUSPECT, MemberState.ALIVE, List.of(Kind.REFUTED)},
            {MemberState.SUSPECT, MemberState.DEAD, List.of(Kind.DIED)},
            {MemberState.DEAD, MemberState.ALIVE, List.of(Kind.CAME_BACK)},
            {MemberState.LEFT, MemberState.SUSPECT, List.of(Kind.CAME_BACK)},
            {MemberState.DEAD, MemberState.LEFT, List.of(Kind.LEFT)},
            {MemberState.DEAD, null, List.of(Kind.FORGOTTEN)},
        };
        for (Object[] each : cases) {
            assertEquals(
                    each[2],
                    ViewChange.between(seen(1, 1, (MemberState) each[0]), seen(1, 2, (MemberState) each[1])),
                    each[0] + " to " + each[1]);
        }
    }

    @Test
    void whatItSaysOfItself() {
        Sighting before = seen(1, 1, MemberState.ALIVE, 7);
        assertEquals(List.of(Kind.UPDATED), ViewChange.between(before, seen(1, 2, MemberState.ALIVE, 8)));
        assertEquals(List.of(), ViewChange.between(before, seen(1, 2, MemberState.ALIVE, 7)));
    }

    /** The user's code hears of the death, also where two sightings lie so far apart that nobody saw it. */
    @Test
    void anotherProcessInItsPlace() {
        assertEquals(
                List.of(Kind.DIED, Kind.CAME_BACK),
                ViewChange.between(seen(1, 5, MemberState.ALIVE), seen(2, 1, MemberState.ALIVE)));
        assertEquals(
                List.of(Kind.CAME_BACK),
                ViewChange.between(seen(1, 5, MemberState.DEAD), seen(2, 1, MemberState.ALIVE)));
        assertEquals(
                List.of(Kind.DIED), ViewChange.between(seen(1, 5, MemberState.ALIVE), seen(2, 1, MemberState.DEAD)));
    }
}
