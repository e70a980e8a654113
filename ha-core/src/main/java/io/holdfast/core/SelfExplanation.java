package io.holdfast.core;

import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Explanation.State;
import io.holdfast.core.spi.ElectionEngine;
import io.holdfast.core.spi.Inspectable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a node has to say of itself, put together from its parts. */
final class SelfExplanation {
    private SelfExplanation() {}

    static List<Finding> of(ClusterRun run, @Nullable Tenures roles, Map<String, Inspectable> features) {
        List<Finding> findings = new ArrayList<>();
        findings.add(node(run, roles));
        if (run.state() == LifeCycle.State.STOPPED) {
            return findings; // what it knew of others, and they of it, is long over
        }
        features.values().forEach(feature -> findings.addAll(feature.explain()));
        if (run.isReady()) {
            findings.add(new Finding("ready", State.OK, "every feature can serve"));
        } else {
            findings.add(new Finding("ready", State.WAITING, run.whyNotReady()));
        }
        run.health().findings().forEach((name, found) -> {
            if (found.health() != Health.UP && run.isRunning()) { // else it says no more than that it does not run
                findings.add(new Finding(
                        "health " + name,
                        found.health() == Health.DOWN ? State.BROKEN : State.WAITING,
                        found.health() + ": " + found.detail()));
            }
        });
        if (roles != null) {
            Set<String> explained = findings.stream().map(Finding::subject).collect(Collectors.toSet());
            for (String role : Operations.rolesOf(roles)) {
                boolean known = explained.contains("role " + role)
                        || (role.equals(ElectionEngine.MASTER) && explained.contains(role));
                if (!known) {
                    findings.add(role(run.node().id(), role, roles));
                }
            }
        }
        return findings;
    }

    private static Finding node(ClusterRun run, @Nullable Tenures roles) {
        Throwable failure = run.failure();
        if (failure != null) {
            String why = failure.getMessage();
            return new Finding(
                    "node",
                    State.BROKEN,
                    "it has failed: " + (why == null ? failure.toString() : why),
                    "put right what failed, and start it again");
        }
        return switch (run.state()) {
            case NEW, STARTING -> new Finding("node", State.WAITING, "it is starting");
            case RUNNING -> run.isLoopLive() ? new Finding("node", State.OK, "it runs") : stuck("");
            case STOPPING ->
                run.isLoopLive() ? new Finding("node", State.WAITING, stopping(roles)) : stuck(", and it is stopping");
            case STOPPED, FAILED ->
                new Finding(
                        "node", State.BROKEN, "it has stopped, as it was told to", "start it again if it should run");
        };
    }

    private static Finding stuck(String meanwhile) {
        return new Finding(
                "node",
                State.BROKEN,
                "its loop has not moved for ten seconds" + meanwhile,
                "take a thread dump to see what holds it up, then start the process again");
    }

    private static String stopping(@Nullable Tenures roles) {
        Set<String> unfinished = roles == null ? Set.of() : roles.unfinished();
        if (roles == null || unfinished.isEmpty()) {
            return "it is stopping";
        }
        return "it is stopping, and the callbacks of " + unfinished + " still run, which may take "
                + roles.longestStopNanos() / 1_000_000 + " ms";
    }

    private static Finding role(String node, String role, Tenures roles) {
        String subject = "role " + role;
        RoleHolder holder = roles.holder(role).orElse(null);
        if (holder == null) {
            return new Finding(
                    subject,
                    State.WAITING,
                    "nobody is known to hold it"
                            + (roles.stoodFor().contains(role) ? "; this node stands for it" : ""));
        }
        if (!holder.nodeId().equals(node)) {
            return new Finding(subject, State.OK, holder.nodeId() + " holds it, with token " + holder.token());
        }
        return roles.held().contains(role)
                ? new Finding(subject, State.OK, "this node holds it, with token " + holder.token())
                : new Finding(
                        subject,
                        State.WAITING,
                        "this node had it last, with token " + holder.token()
                                + ", and its grant has ended; nobody is known to hold it now");
    }
}
