package io.holdfast.core;

import io.holdfast.core.internal.http.HttpEndpoint;
import io.holdfast.core.internal.http.HttpEndpoint.Page;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a node answers to probes and hooks over HTTP. Liveness asks nobody, so that nothing is started anew for want of a
 * majority; readiness is whether this node can serve, never whether it is master. Called on the thread of the endpoint.
 */
final class HttpProbes implements HttpEndpoint.Pages {
    private final ClusterRun run;
    private final Operations operations;
    private final boolean detailed;

    /** @param detailed false to say yes and no alone, which tells a stranger least */
    HttpProbes(ClusterRun run, Operations operations, boolean detailed) {
        this.run = run;
        this.operations = operations;
        this.detailed = detailed;
    }

    @Override
    public @Nullable CompletableFuture<Page> page(String path) {
        return switch (path) {
            case "/live" -> now(page(run.isLive(), "live", ""));
            case "/ready" -> now(page(run.isReady(), "ready", run.whyNotReady()));
            case "/status" -> detailed ? now(new Page(200, operations.json().write(operations.status()))) : null;
            case "/safe-to-stop" -> operations.safeToStop(run.node().id(), true).thenApply(this::page);
            default -> null;
        };
    }

    private static CompletableFuture<Page> now(Page page) {
        return CompletableFuture.completedFuture(page);
    }

    private Page page(boolean yes, String what, String reason) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put(what, yes);
        if (detailed && !reason.isEmpty()) {
            body.put("reason", reason);
        }
        return new Page(yes ? 200 : 503, operations.json().write(body));
    }

    private Page page(SafeToStop answer) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("safe", answer.safe());
        if (detailed) {
            body.put("node", answer.nodeId());
            body.put("reasons", answer.reasons());
        }
        return new Page(answer.safe() ? 200 : 503, operations.json().write(body));
    }
}
