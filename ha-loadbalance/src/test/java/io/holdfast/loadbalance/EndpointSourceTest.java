package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class EndpointSourceTest {
    private static final long SECOND = 1_000_000_000L;

    private final ManualRuntime runtime = new ManualRuntime(1);
    private final List<Directory> heard = new ArrayList<>();
    private final ArrayDeque<Callable<List<Endpoint>>> answers = new ArrayDeque<>();

    private static List<Endpoint> endpoints(String... ids) {
        return List.of(ids).stream().map(id -> Endpoint.of(id, "http://" + id)).toList();
    }

    private List<List<String>> ids() {
        return heard.stream()
                .map(each -> each.endpoints().stream().map(Endpoint::id).toList())
                .toList();
    }

    @Test
    void aFixedListIsToldAtOnce() {
        EndpointSource.fixed(endpoints("a", "b")).subscribe(runtime, heard::add);
        assertEquals(List.of(List.of("a", "b")), ids());
    }

    @Test
    void whatIsAskedForIsToldWhenItHasChangedAndKeptWhileThereIsNoAnswer() {
        answers.add(() -> endpoints("a"));
        answers.add(() -> {
            throw new IOException("no answer");
        });
        answers.add(() -> endpoints());
        answers.add(() -> endpoints("a"));
        answers.add(() -> endpoints("a", "b"));
        EndpointSource.Subscription subscription = EndpointSource.polled(
                        () -> answers.remove().call(), Duration.ofSeconds(1), Runnable::run)
                .subscribe(runtime, heard::add);
        runtime.pass(3 * SECOND);
        assertEquals(List.of(List.of("a")), ids());
        runtime.pass(SECOND);
        assertEquals(List.of(List.of("a"), List.of("a", "b")), ids());
        subscription.cancel();
        runtime.pass(10 * SECOND);
        assertEquals(2, heard.size());
    }

    @Test
    void anAddressIsItsOwnId() throws Exception {
        List<Endpoint> found = new NameLookup("127.0.0.1", "http", 8080).call();
        assertEquals(List.of(Endpoint.of("127.0.0.1:8080", "http://127.0.0.1:8080")), found);
        assertEquals(
                List.of("http://[0:0:0:0:0:0:0:1]:8080"),
                new NameLookup("::1", "http", 8080)
                        .call().stream().map(each -> each.uri().toString()).toList());
        assertThrows(IllegalArgumentException.class, () -> new NameLookup("shop", "http", 0));
    }

    @Test
    void sessionsAreWhatTheySay() {
        ReadSession session = ReadSession.of("12");
        session.reached(5);
        assertEquals("12", session.token());
        session.reached("13");
        assertEquals(13, session.index());
        for (String nonsense : List.of("", "-1", "1x", "99999999999999999999", "9223372036854775808")) {
            assertEquals(0, ReadSession.of(nonsense).index(), nonsense);
        }
        assertEquals(Long.MAX_VALUE, ReadSession.of("9223372036854775807").index());
        assertFalse(ReadSession.of(null).index() > 0);
    }
}
