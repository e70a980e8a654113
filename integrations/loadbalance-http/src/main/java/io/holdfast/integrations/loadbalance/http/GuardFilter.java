package io.holdfast.integrations.loadbalance.http;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;
import java.io.IOException;

/**
 * Refuses what this node should not serve, before the handler sees it: {@code context.getFilters().add(new GuardFilter(guard))}. A
 * handler that has written sets {@link RoutingHeaders#POSITION} to {@link ServingGuard#position()} before it answers. Blocks for as long
 * as the guard waits, so the server needs an executor of several threads.
 */
public final class GuardFilter extends Filter {
    private final ServingGuard guard;

    /** By that guard. */
    public GuardFilter(ServingGuard guard) {
        this.guard = guard;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        ServingGuard.Verdict verdict =
                guard.checkNow(name -> exchange.getRequestHeaders().getFirst(name));
        if (verdict.served()) {
            chain.doFilter(exchange);
            return;
        }
        exchange.getResponseHeaders().set(RoutingHeaders.REFUSED, verdict.reason());
        exchange.sendResponseHeaders(RoutingHeaders.STATUS_REFUSED, -1);
        exchange.close();
    }

    @Override
    public String description() {
        return "serves what this node is master or fresh enough for";
    }
}
