package io.holdfast.loadbalance;

import io.holdfast.loadbalance.outlier.Verdict;
import io.holdfast.loadbalance.route.Plan;
import java.util.Locale;
import org.slf4j.Logger;

/** What a balancer says in the log: changes alone, each once. */
final class BalancerLog {
    private final Logger log;
    private final String service;
    private boolean panic;
    private boolean nobody;

    BalancerLog(Logger log, String service) {
        this.log = log;
        this.service = service;
    }

    void say(Verdict verdict, long now, BalancerCore core) {
        if (verdict instanceof Verdict.Ejected out) {
            long left = core.entries().values().stream()
                    .filter(each -> each.ejected == null)
                    .count();
            log.warn(
                    "{}: endpoint {} gets no requests for {} s: {}; {} of {} are left",
                    service,
                    out.id(),
                    String.format(Locale.ROOT, "%.1f", (out.untilNanos() - now) / 1e9),
                    out.detail(),
                    left,
                    core.entries().size());
        } else if (verdict instanceof Verdict.Spared spared) {
            log.warn(
                    "{}: endpoint {} should get no requests, but then too few would be left: {}",
                    service,
                    spared.id(),
                    spared.detail());
        } else {
            log.info("{}: endpoint {} gets requests again, few at first", service, verdict.id());
        }
    }

    void say(Plan plan) {
        if (plan.panic() != panic) {
            panic = plan.panic();
            if (panic) {
                log.warn(
                        "{}: too few endpoints are available to take all requests; some go to those that are not",
                        service);
            } else {
                log.info("{}: enough endpoints are available again", service);
            }
        }
        boolean nobodyNow = !plan.groups().isEmpty()
                && plan.groups().stream()
                        .flatMap(group -> group.members().stream())
                        .allMatch(member -> member.share() == 0);
        if (nobodyNow != nobody) {
            nobody = nobodyNow;
            if (nobody) {
                log.error("{}: no endpoint may take a request", service);
            } else {
                log.info("{}: there is an endpoint again that may take requests", service);
            }
        }
    }
}
