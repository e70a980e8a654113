package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaEvent.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventFeedTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Test
    void eventsAreToldInOrderByOneTask() {
        EventFeed feed = new EventFeed("a", event -> told.add(event.toString()));
        feed.tell(Kind.STARTED, "", "");
        feed.begin(tasks::add, "shop", registry);
        feed.tell(Kind.MASTER, "b", "term 3");
        assertEquals(1, tasks.size());
        run();
        feed.tell(Kind.STOPPED, "", "");
        run();
        assertEquals(List.of("a STARTED", "a MASTER b: term 3", "a STOPPED"), told);
    }

    @Test
    void aListenerThatThrowsIsToldOfTheNext() {
        EventFeed feed = new EventFeed("a", event -> {
            told.add(event.subject());
            throw new IllegalStateException("no");
        });
        feed.begin(tasks::add, "shop", registry);
        feed.tell(Kind.HEALTH, "db", "DOWN");
        feed.tell(Kind.HEALTH, "mail", "DOWN");
        run();
        assertEquals(List.of("db", "mail"), told);
    }

    @Test
    void ofAFloodTheOldestAreDroppedAndCounted() {
        EventFeed feed = new EventFeed("a", event -> told.add(event.subject()));
        feed.begin(tasks::add, "shop", registry);
        for (int i = 0; i < 1_030; i++) {
            feed.tell(Kind.HEALTH, "s" + i, "");
        }
        run();
        assertEquals(1_024, told.size());
        assertEquals("s6", told.get(0));
        assertEquals(6, registry.get("holdfast.events.dropped").counter().count());
        feed.close(registry);
        assertTrue(registry.getMeters().isEmpty());
    }

    @Test
    void withoutAListenerNothingIsKept() {
        EventFeed feed = new EventFeed("a", null);
        feed.begin(tasks::add, "shop", registry);
        feed.tell(Kind.HEALTH, "db", "DOWN");
        assertTrue(tasks.isEmpty());
    }
}
