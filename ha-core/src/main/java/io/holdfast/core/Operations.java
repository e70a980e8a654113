package io.holdfast.core;

import io.holdfast.core.FeatureStopper.Named;
import io.holdfast.core.internal.operator.Json;
import io.holdfast.core.internal.operator.OperatorCalls;
import io.holdfast.core.internal.operator.OperatorCalls.Reply;
import io.holdfast.core.internal.operator.OperatorServer;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.OperatorCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What a node tells operators, by whatever way they ask. Safe from any thread. */
final class Operations {
    static final Duration ASK_LIMIT = Duration.ofSeconds(3);
    private static final int MOST_SAID_BYTES = 16 << 10;
    /** Nodes that are asked when the whole cluster is shown. */
    private static final int MOST_ASKED = 64;

    private final ClusterRun run;
    private final NodeParts parts;
    private final Json json = new Json();
    private final OperatorCalls calls;
    private final OperatorServer server;
    private final SharedAnswers<SafeToStop> askedOthers;

    Operations(ClusterRun run, NodeParts parts) {
        this.run = run;
        this.parts = parts;
        this.calls = new OperatorCalls(parts.links(), parts.loop(), json);
        this.askedOthers = new SharedAnswers<>(parts.runtime().clock()::nanoTime);
        this.server = new OperatorServer(
                run.plan().name(),
                run.node().id(),
                parts.loop(),
                parts.runtime()::newWorker,
                id -> nodes().containsKey(id),
                json,
                parts.meters(),
                parts.runtime().clock()::nanoTime);
    }

    /**
     * Ends what other nodes have been asked, as not answered. On the loop; and again on another thread, if the loop never came to
     * it.
     */
    void endCalls() {
        calls.close();
    }

    /** Takes its meters out of the registry. */
    void release() {
        server.release();
    }

    Json json() {
        return json;
    }

    /** Serves what operators may ask; the features have been made, and have not begun. On the loop. */
    void serve() {
        commands().forEach(server::add);
        inspected().values().forEach(feature -> feature.operatorCommands().forEach(server::add));
        server.start(parts.links());
    }

    private List<OperatorCommand> commands() {
        return List.of(
                new OperatorCommand("status", OperatorRole.READ, new Gathering("status", this::status)),
                new OperatorCommand("explain", OperatorRole.READ, new Gathering("explain", this::explained)),
                new OperatorCommand(
                        "health", OperatorRole.READ, arguments -> CompletableFuture.completedFuture(run.health())),
                new OperatorCommand("drain", OperatorRole.OPERATE, this::drain),
                new OperatorCommand("safe-to-stop", OperatorRole.READ, this::safeToStop),
                new OperatorCommand("transfer-mastership", OperatorRole.OPERATE, this::transfer));
    }

    private Map<String, Inspectable> inspected() {
        Map<String, Inspectable> found = new LinkedHashMap<>();
        for (Named named : parts.features()) {
            Inspectable shown = named.feature().inspectable();
            if (shown != null) {
                found.put(named.name(), shown);
            }
        }
        return found;
    }

    /** By id; this node among them if a feature knows it as one of them. */
    private Map<String, Address> nodes() {
        Map<String, Address> nodes = new TreeMap<>();
        inspected().values().forEach(feature -> nodes.putAll(feature.nodes()));
        return nodes;
    }

    /** Its own. The names are listed in {@code docs/operations.md}, and scripts read them. */
    Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        Node node = run.node();
        HealthReport health = run.health();
        status.put("node", node.id());
        status.put("address", node.advertisedAddress().toString());
        status.put("reached", true);
        status.put("cluster", run.plan().name());
        status.put("zone", node.zone());
        status.put("live", run.isLive());
        status.put("ready", run.isReady());
        status.put("whyNotReady", run.whyNotReady());
        status.put("draining", run.isDraining());
        status.put("health", health.health());
        status.put("findings", health.findings());
        Tenures roles = parts.tenures();
        status.put("roles", roles == null ? Set.of() : roles.held());
        Map<String, Object> features = new LinkedHashMap<>();
        inspected().forEach((name, feature) -> features.put(name, feature.inspect()));
        status.put("features", features);
        return status;
    }

    Explanation explain() {
        return new Explanation(run.node().id(), SelfExplanation.of(run, parts.tenures(), inspected()));
    }

    private Map<String, Object> explained() {
        Map<String, Object> explained = new LinkedHashMap<>();
        explained.put("node", run.node().id());
        explained.put("address", run.node().advertisedAddress().toString());
        explained.put("reached", true);
        explained.put("findings", explain().findings());
        return explained;
    }

    /** Asks the others for no longer than it is waited for itself. */
    private final class Gathering implements OperatorCommand.Handler {
        private final String command;
        private final Supplier<Map<String, Object>> own;

        Gathering(String command, Supplier<Map<String, Object>> own) {
            this.command = command;
            this.own = own;
        }

        @Override
        public CompletionStage<?> run(Map<String, String> arguments) {
            return run(arguments, Long.MAX_VALUE);
        }

        @Override
        public CompletionStage<?> run(Map<String, String> arguments, long limitNanos) {
            return gathered(command, own.get(), arguments, limitNanos);
        }
    }

    /** This node's answer, with those of the others if {@code all} is asked for. */
    private CompletionStage<Map<String, Object>> gathered(
            String command, Map<String, Object> own, Map<String, String> arguments, long limitNanos) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("cluster", run.plan().name());
        answer.put("asked", run.node().id());
        Map<String, CompletableFuture<Map<String, Object>>> asked = new TreeMap<>();
        asked.put(run.node().id(), CompletableFuture.completedFuture(own));
        if (Boolean.parseBoolean(arguments.getOrDefault("all", "false"))) {
            long nanos = timeoutNanos(arguments, limitNanos);
            nodes().forEach((id, address) -> {
                if (!asked.containsKey(id) && asked.size() < MOST_ASKED) {
                    asked.put(
                            id,
                            calls.ask(id, address, command, Map.of(), nanos)
                                    .thenApplyAsync(reply -> of(id, address, command, reply), server::execute));
                }
            });
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    List<Map<String, Object>> nodes = new ArrayList<>();
                    asked.values().forEach(each -> nodes.add(each.join()));
                    answer.put("nodes", nodes);
                    return answer;
                });
    }

    /** For each of the others; no more than whoever asks waits himself. */
    static long timeoutNanos(Map<String, String> arguments, long limitNanos) {
        String millis = arguments.getOrDefault("timeoutMillis", "2000");
        if (!millis.matches("\\d{1,5}") || Integer.parseInt(millis) < 1) {
            throw new IllegalArgumentException("timeoutMillis is \"" + millis + "\"; use 1 to 99999");
        }
        return Math.min(limitNanos, Integer.parseInt(millis) * 1_000_000L);
    }

    /** What another node said of itself; or that it did not. */
    private Map<String, Object> of(String id, Address address, String command, Reply reply) {
        String problem = reply.text();
        if (reply.isOk()) {
            try {
                Object nodes = json.read(reply.body()).get("nodes");
                if (nodes instanceof List<?> list && list.size() == 1 && list.get(0) instanceof Map<?, ?> said) {
                    Map<String, Object> copy = new LinkedHashMap<>();
                    said.forEach((name, value) -> copy.put(String.valueOf(name), value));
                    return copy;
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            problem = "its answer to " + command + " is not understood; it may be of another release";
        }
        Map<String, Object> unreached = new LinkedHashMap<>();
        unreached.put("node", id);
        unreached.put("address", address.toString());
        unreached.put("reached", false);
        unreached.put("problem", problem);
        return unreached;
    }

    private CompletionStage<SafeToStop> safeToStop(Map<String, String> arguments) {
        String nodeId = arguments.getOrDefault("node", run.node().id());
        return safeToStop(nodeId, !Boolean.parseBoolean(arguments.getOrDefault("direct", "false")));
    }

    /** @param mayAsk true to ask another node if this one cannot tell */
    CompletableFuture<SafeToStop> safeToStop(String nodeId, boolean mayAsk) {
        SafeToStop answer = own(nodeId);
        String other = answer.askNode();
        Address address = nodes().get(other);
        if (other.isEmpty() || !mayAsk || address == null) {
            return CompletableFuture.completedFuture(answer);
        }
        SafeToStop tooMany = SafeToStop.no(nodeId, "too many wait for what " + other + " says; ask again");
        return askedOthers.ask(nodeId + " of " + other, tooMany, () -> calls.ask(
                        other, address, "safe-to-stop", Map.of("node", nodeId, "direct", "true"), ASK_LIMIT.toNanos())
                .thenApply(reply -> said(nodeId, other, reply)));
    }

    /** Asks one node; completes on the loop, or on any thread once the node has stopped. */
    CompletableFuture<Map<String, Object>> ask(
            String nodeId, Address address, String command, Map<String, String> arguments, Duration timeout) {
        return calls.ask(nodeId, address, command, arguments, timeout.toNanos()).thenApply(reply -> {
            if (!reply.isOk()) {
                throw new NotAvailableException(reply.text());
            }
            try {
                return json.read(reply.body());
            } catch (IllegalArgumentException e) {
                throw new NotAvailableException("the answer of " + nodeId + " to " + command
                        + " is not understood; it may be of another release");
            }
        });
    }

    private SafeToStop own(String nodeId) {
        if (!run.isRunning()) {
            return SafeToStop.no(nodeId, run.node().id() + " is not running, and knows nothing of the cluster");
        }
        if (run.plan().node().isClient()) {
            return run.node().id().equals(nodeId)
                    ? SafeToStop.yes(nodeId, nodeId + " is a client: the cluster does not need it")
                    : SafeToStop.no(nodeId, run.node().id() + " is a client and cannot tell; ask a node");
        }
        if (inspected().isEmpty()) {
            return run.node().id().equals(nodeId)
                    ? SafeToStop.yes(nodeId, "no feature of it needs other nodes")
                    : SafeToStop.no(nodeId, run.node().id() + " knows of no node " + nodeId);
        }
        return inspected().values().stream()
                .map(feature -> feature.safeToStop(nodeId))
                .reduce(SafeToStop::and)
                .orElseThrow();
    }

    /** On the loop, which reads no more than a small answer: nobody has that many reasons. */
    private SafeToStop said(String nodeId, String by, Reply reply) {
        if (reply.isOk() && reply.body().length <= MOST_SAID_BYTES) {
            try {
                Map<String, Object> said = json.read(reply.body());
                List<String> reasons = new ArrayList<>();
                if (said.get("reasons") instanceof List<?> list) {
                    list.forEach(reason -> reasons.add(String.valueOf(reason)));
                }
                return new SafeToStop(
                        nodeId,
                        Boolean.TRUE.equals(said.get("safe")),
                        reasons,
                        Objects.toString(said.get("askNode"), ""));
            } catch (IllegalArgumentException e) {
                // said below
            }
        }
        return SafeToStop.no(
                nodeId,
                by + " is the one who knows, and did not say: "
                        + (reply.isOk() ? "its answer is not understood" : reply.text()));
    }

    private CompletionStage<?> drain(Map<String, String> arguments) {
        String is = arguments.getOrDefault("draining", "true");
        if (!is.equals("true") && !is.equals("false")) {
            throw new IllegalArgumentException("draining is \"" + is + "\"; use true or false");
        }
        run.drain(is.equals("true"));
        Map<String, Object> done = new LinkedHashMap<>();
        done.put("node", run.node().id());
        done.put("draining", run.isDraining());
        return CompletableFuture.completedFuture(done);
    }

    private CompletionStage<?> transfer(Map<String, String> arguments) {
        String to = arguments.getOrDefault("to", "");
        return run.transferMastership(to).thenApply(holder -> {
            Map<String, Object> done = new LinkedHashMap<>();
            done.put("from", run.node().id());
            done.put("master", holder.nodeId());
            done.put("token", holder.token().value());
            return done;
        });
    }

    /** The roles that this node stands for, the master's among them. */
    static Set<String> rolesOf(Tenures roles) {
        Set<String> names = new TreeSet<>(roles.stoodFor());
        names.add(ElectionEngine.MASTER);
        return names;
    }
}
