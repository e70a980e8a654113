package io.holdfast.autoscale.node;

import io.holdfast.autoscale.ScalingDecision;
import io.holdfast.core.Member;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.OperatorCommand;
import io.holdfast.core.spi.Printable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What operators may see of scaling, and have it do: {@code ha scale}. */
final class ScaleCommands {
    private static final String SHOW = "scaling";
    private static final String PAUSE = "scaling-pause";
    private static final String RESUME = "scaling-resume";
    private static final int MOST_BY = 160;
    private static final int MOST_SHOWN = 100;

    private static final Duration PASS_ON_LIMIT = Duration.ofSeconds(10);

    private final FeatureContext context;
    private final AutoscaleNode service;
    private final NodeSide own;

    ScaleCommands(FeatureContext context, AutoscaleNode service, NodeSide own) {
        this.context = context;
        this.service = service;
        this.own = own;
    }

    List<OperatorCommand> commands() {
        List<OperatorCommand> all = new ArrayList<>(own.commands());
        all.add(new OperatorCommand(SHOW, OperatorRole.READ, true, this::show));
        all.add(new OperatorCommand(PAUSE, OperatorRole.OPERATE, true, this::pause));
        all.add(new OperatorCommand(RESUME, OperatorRole.OPERATE, true, arguments -> pausing("", arguments)));
        return all;
    }

    private CompletionStage<Map<String, Object>> show(Map<String, String> arguments) {
        String last = arguments.getOrDefault("last", "10");
        if (!last.matches("\\d{1,3}") || Integer.parseInt(last) > MOST_SHOWN) {
            throw new IllegalArgumentException("last is \"" + last + "\"; use 0 to " + MOST_SHOWN);
        }
        String decides = service.decidesElsewhere();
        if (!decides.isEmpty() && !isDirect(arguments)) {
            CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
            passOn(decides, SHOW, Map.of("direct", "true", "last", last), answer);
            return answer;
        }
        List<ScalingDecision> decisions = service.decisions();
        int from = Math.max(0, decisions.size() - Integer.parseInt(last));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("node", context.node().id());
        answer.putAll(service.inspect());
        answer.put(
                "decisions",
                decisions.subList(from, decisions.size()).stream()
                        .map(DecisionLog::told)
                        .toList());
        return CompletableFuture.completedFuture(answer);
    }

    private CompletionStage<Map<String, Object>> pause(Map<String, String> arguments) {
        String by = Printable.of(arguments.getOrDefault("by", "an operator"), MOST_BY);
        return pausing(by.isBlank() ? "an operator" : by, arguments);
    }

    private static boolean isDirect(Map<String, String> arguments) {
        return Boolean.parseBoolean(arguments.getOrDefault("direct", "false"));
    }

    private CompletionStage<Map<String, Object>> pausing(String by, Map<String, String> arguments) {
        return service.pausedOrAsked(by, !isDirect(arguments));
    }

    /** Has the node that decides do it. */
    void passOnPause(String decides, String by, CompletableFuture<Map<String, Object>> answer) {
        passOn(
                decides,
                by.isEmpty() ? RESUME : PAUSE,
                by.isEmpty() ? Map.of("direct", "true") : Map.of("direct", "true", "by", by),
                answer);
    }

    private void passOn(
            String decides,
            String command,
            Map<String, String> arguments,
            CompletableFuture<Map<String, Object>> answer) {
        Membership membership = context.membership();
        Optional<Member> member =
                membership == null ? Optional.empty() : membership.members().find(decides);
        if (member.isEmpty()) {
            answer.completeExceptionally(new NotAvailableException(
                    decides + " decides on scaling, and " + context.node().id() + " does not know where it is"));
            return;
        }
        CompletionStage<?> unused = context.ask(decides, member.get().address(), command, arguments, PASS_ON_LIMIT)
                .whenComplete((said, failure) -> {
                    if (failure == null) {
                        answer.complete(said);
                    } else {
                        answer.completeExceptionally(failure);
                    }
                });
    }
}
