package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryUseTest {
    private final Deque<Runnable> queued = new ArrayDeque<>();
    private final List<String> events = new ArrayList<>();
    private final DirectoryUse use = new DirectoryUse(queued::add, () -> events.add("unlock"));

    @Test
    void theLockIsHeldUntilTheWorkUnderWayHasEndedAndItsFilesAreClosed() {
        use.execute(() -> {
            events.add("read");
            use.refuse();
            assertFalse(use.release());
            use.opened(() -> events.add("close"));
            events.add("read on");
        });
        queued.remove().run();
        assertEquals(List.of("read", "read on", "close", "unlock"), events);
        assertFalse(use.take());
    }

    @Test
    void workThatHasNotBegunIsNotBegunAfterTheStop() {
        use.execute(() -> events.add("read"));
        use.refuse();
        queued.remove().run();
        assertTrue(use.release());
        assertEquals(List.of("unlock"), events);
    }

    @Test
    void filesThatNobodyTookAreClosed() {
        use.execute(() -> use.opened(() -> events.add("close")));
        queued.remove().run();
        use.refuse();
        assertFalse(use.take());
        assertTrue(use.release());
        assertEquals(List.of("close", "unlock"), events);
    }

    @Test
    void filesThatWereTakenAreTheTakersToClose() {
        use.execute(() -> use.opened(() -> events.add("close")));
        queued.remove().run();
        assertTrue(use.take());
        assertTrue(use.release());
        assertEquals(List.of("unlock"), events);
    }
}
