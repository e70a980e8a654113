package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.LifeCycle.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LifeCycleTest {

    @Test
    void theLegalTransitions() {
        List<String> legal = new ArrayList<>();
        for (State from : State.values()) {
            for (State to : State.values()) {
                if (LifeCycle.isLegal(from, to)) {
                    legal.add(from + ">" + to);
                }
            }
        }
        assertEquals(
                List.of(
                        "NEW>STARTING",
                        "NEW>STOPPED",
                        "STARTING>RUNNING",
                        "STARTING>STOPPING",
                        "RUNNING>STOPPING",
                        "STOPPING>STOPPED",
                        "STOPPING>FAILED"),
                legal);
    }

    @Test
    void anIllegalTransitionIsABrokenInvariantAndALateOneIsNot() {
        LifeCycle life = new LifeCycle();
        assertThrows(IllegalStateException.class, () -> life.advance(State.STOPPED, State.RUNNING));
        assertTrue(life.advance(State.NEW, State.STARTING));
        assertFalse(life.advance(State.NEW, State.STOPPED));
        assertEquals(State.STARTING, life.state());
    }

    @Test
    void theFirstFailureIsKept() {
        LifeCycle life = new LifeCycle();
        Throwable first = new IllegalStateException("first");
        assertTrue(life.failed(first));
        assertFalse(life.failed(new IllegalStateException("second")));
        assertSame(first, life.failure());
    }
}
