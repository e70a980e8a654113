package io.holdfast.loadbalance;

import io.holdfast.core.Explanation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Why a balancer picks as it does. A snapshot.
 *
 * @param service what it balances over
 * @param algorithm by which
 * @param epoch of the list of endpoints that is in use; -1 if there is none yet
 * @param panic whether endpoints get requests that are not available
 * @param endpoints all of them, by id
 */
public record BalancerExplanation(
        String service, String algorithm, long epoch, boolean panic, List<EndpointStanding> endpoints) {
    /** A copy of its own. */
    public BalancerExplanation {
        endpoints = List.copyOf(endpoints);
    }

    /** Why a pick finds nobody, for a message; what it says if it finds somebody is of no use. */
    public String whyNobody() {
        if (epoch < 0) {
            return "no endpoints of " + service + " are known yet";
        }
        if (endpoints.isEmpty()) {
            return "there is no endpoint of " + service;
        }
        return endpoints.stream()
                .map(each -> each.endpoint().id() + " " + words(each))
                .collect(Collectors.joining(
                        "; ",
                        "none of the " + endpoints.size() + " endpoints of " + service + " may take a request: ",
                        ""));
    }

    private static String words(EndpointStanding of) {
        return of.reasons().stream()
                .map(because -> because.detail().isEmpty()
                        ? because.reason().name()
                        : because.reason() + " (" + because.detail() + ")")
                .collect(Collectors.joining(", "));
    }

    /** For {@code explain()} of a node: one finding for the whole, and one for each endpoint that does not get all it could. */
    public List<Explanation.Finding> findings() {
        List<Explanation.Finding> findings = new ArrayList<>();
        String subject = "balancer " + service;
        long serving = endpoints.stream().filter(each -> each.share() > 0).count();
        if (serving == 0) {
            findings.add(new Explanation.Finding(
                    subject,
                    Explanation.State.BROKEN,
                    whyNobody(),
                    "start endpoints, or look at why they are not well"));
        } else {
            findings.add(new Explanation.Finding(
                    subject,
                    panic ? Explanation.State.WAITING : Explanation.State.OK,
                    serving + " of " + endpoints.size() + " endpoints get requests, by " + algorithm
                            + (panic
                                    ? "; some that are not available among them, since the others cannot take all"
                                    : "")));
        }
        for (EndpointStanding each : endpoints) {
            if (!each.is(Reason.AVAILABLE) || each.is(Reason.SPARED) || each.is(Reason.FULL)) {
                findings.add(new Explanation.Finding(
                        subject + " endpoint " + each.endpoint().id(),
                        Explanation.State.WAITING,
                        words(each)
                                + String.format(Locale.ROOT, "; gets %.1f %% of the requests", each.share() * 100)));
            }
        }
        return findings;
    }
}
