package io.holdfast.examples.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.examples.demo.NodeEvent.Kind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** What the nodes have said that happened, in the order in which it arrived. Safe from any thread. */
final class Timeline {
    private final List<NodeEvent> events = new CopyOnWriteArrayList<>();
    private final ObjectMapper json = new ObjectMapper();

    /** Takes a line of a node's, without its mark. */
    void hear(String line) {
        try {
            events.add(json.readValue(line, NodeEvent.class));
        } catch (JsonProcessingException e) {
            System.err.println("a node said what is no event: " + line);
        }
    }

    /** How many there are: what comes later is new. */
    int size() {
        return events.size();
    }

    List<NodeEvent> all() {
        return List.copyOf(events);
    }

    /** The first of a kind at a node, at or after that place. */
    Optional<NodeEvent> first(int from, String node, Kind kind) {
        return first(from, event -> event.is(kind) && event.node().equals(node));
    }

    Optional<NodeEvent> first(int from, Predicate<NodeEvent> which) {
        return events.stream().skip(from).filter(which).findFirst();
    }

    /** How many writes of that token the store has carried out, as far as the nodes have said. */
    long writes(long token) {
        return events.stream()
                .filter(event -> event.is(Kind.WROTE) && event.token() == token)
                .count();
    }

    long count(Kind kind) {
        return events.stream().filter(event -> event.is(kind)).count();
    }

    /** The latest write that the store has carried out; empty if none. */
    Optional<NodeEvent> latestWrite() {
        List<NodeEvent> now = all();
        for (int i = now.size() - 1; i >= 0; i--) {
            if (now.get(i).is(Kind.WROTE)) {
                return Optional.of(now.get(i));
            }
        }
        return Optional.empty();
    }
}
