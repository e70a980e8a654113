package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.core.RoleHolder;
import io.holdfast.loadbalance.BalancerRuntime;
import io.holdfast.loadbalance.Directory;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.EndpointSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the master that servers name to the endpoints of a source. Safe from any thread. */
final class MasterWatch {
    private static final Logger log = LoggerFactory.getLogger(MasterWatch.class);

    private final Function<Endpoint, ? extends DataSource> servers;
    private final Duration interval;
    private final Executor executor;
    private final BalancerRuntime runtime;
    private final Consumer<Directory> hears;
    private final Map<String, ServerWatch> watches = new HashMap<>();
    /** Of each that was asked already. */
    private final SortedMap<String, ServerWatch.Answer> answers = new TreeMap<>();

    private Directory last = Directory.of(0, List.of());
    private MasterRule rule = MasterRule.BEGINNING;
    private long epoch;
    private boolean cancelled;

    MasterWatch(
            Function<Endpoint, ? extends DataSource> servers,
            Duration interval,
            Executor executor,
            BalancerRuntime runtime,
            Consumer<Directory> hears) {
        this.servers = servers;
        this.interval = interval;
        this.executor = executor;
        this.runtime = runtime;
        this.hears = hears;
    }

    EndpointSource.Subscription begin(EndpointSource endpoints) {
        EndpointSource.Subscription inner = endpoints.subscribe(runtime, this::hear);
        return () -> {
            inner.cancel();
            cancel();
        };
    }

    private synchronized void hear(Directory next) {
        if (cancelled) {
            return;
        }
        Map<String, ServerWatch> gone = new HashMap<>(watches);
        for (Endpoint endpoint : next.endpoints()) {
            ServerWatch known = gone.remove(endpoint.id());
            if (known == null || !known.endpoint().uri().equals(endpoint.uri())) {
                if (known != null) {
                    known.cancel();
                }
                answers.remove(endpoint.id());
                ServerWatch watch = new ServerWatch(
                        endpoint, servers, interval, executor, runtime, answer -> answered(endpoint, answer));
                watches.put(endpoint.id(), watch);
                watch.begin();
            }
        }
        gone.forEach((id, watch) -> {
            watches.remove(id);
            answers.remove(id);
            watch.cancel();
        });
        last = next;
        judge();
        tell();
    }

    private synchronized void answered(Endpoint endpoint, ServerWatch.Answer answer) {
        ServerWatch known = watches.get(endpoint.id());
        if (cancelled || known == null || !known.endpoint().equals(endpoint)) {
            return;
        }
        answers.put(endpoint.id(), answer);
        MasterRule before = rule;
        judge();
        if (!Objects.equals(rule.master(), before.master()) || !rule.strays().equals(before.strays())) {
            tell();
        }
    }

    private void judge() {
        if (answers.size() < watches.size()) {
            return; // one that has not been asked yet may be of a later timeline
        }
        SortedMap<String, ServerState> states = new TreeMap<>();
        answers.forEach((id, answer) -> {
            if (answer.state() != null) {
                states.put(id, answer.state());
            }
        });
        MasterRule before = rule;
        rule = before.next(states);
        RoleHolder now = rule.master();
        if (!Objects.equals(now, before.master())) {
            log.info(
                    "PostgreSQL's master is {}; before it was {}",
                    now == null ? "nobody any more" : now.nodeId() + " on timeline " + now.token(),
                    before.master() == null ? "nobody" : before.master().nodeId());
        }
        if (!rule.problem().equals(before.problem()) && !rule.problem().isEmpty()) {
            log.error("{}", rule.problem());
        }
    }

    private void tell() {
        List<Endpoint> endpoints = last.endpoints().stream()
                .filter(each -> !rule.strays().contains(each.id()))
                .toList();
        hears.accept(new Directory(++epoch, endpoints, rule.master(), last.lagNanos()));
    }

    private synchronized void cancel() {
        cancelled = true;
        watches.values().forEach(ServerWatch::cancel);
        watches.clear();
    }
}
