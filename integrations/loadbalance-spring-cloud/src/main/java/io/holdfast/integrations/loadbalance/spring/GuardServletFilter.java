package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.RoutingHeaders;
import io.holdfast.loadbalance.ServingGuard;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what this node should not serve, with 421 and {@link RoutingHeaders#REFUSED}, before a controller sees it: a bean of the
 * application's, or a {@code FilterRegistrationBean} for some paths. A controller that has written sets {@link RoutingHeaders#POSITION} to {@link
 * ServingGuard#position()}. Blocks the request's thread for as long as the guard waits. Safe from any thread.
 */
public final class GuardServletFilter extends OncePerRequestFilter {
    private final ServingGuard guard;

    /** By that guard. */
    public GuardServletFilter(ServingGuard guard) {
        this.guard = guard;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ServingGuard.Verdict verdict = guard.checkNow(request::getHeader);
        if (verdict.served()) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader(RoutingHeaders.REFUSED, verdict.reason());
        response.setStatus(RoutingHeaders.STATUS_REFUSED);
    }
}
