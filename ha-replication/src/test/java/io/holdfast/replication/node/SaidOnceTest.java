package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SaidOnceTest {
    @Test
    void eachThingIsSaidOnce() {
        SaidOnce said = new SaidOnce(10);
        assertTrue(said.isNews("c is dead"));
        assertTrue(said.isNews("b is dead"));
        assertFalse(said.isNews("c is dead"));
        said.clear();
        assertTrue(said.isNews("c is dead"));
    }

    /** A voter that comes and goes for weeks is another thing each time, and what is true all the while is said once. */
    @Test
    void howeverMuchHasBeenSaidWhatIsNewIsSaid() {
        SaidOnce said = new SaidOnce(10);
        assertTrue(said.isNews("b is dead"));
        for (int i = 0; i < 5_000; i++) {
            assertTrue(said.isNews("c is dead since " + i));
            assertFalse(said.isNews("c is dead since " + i));
            assertFalse(said.isNews("b is dead"));
        }
        assertTrue(said.isNews("c is dead since 0"), "what is past is forgotten");
    }
}
