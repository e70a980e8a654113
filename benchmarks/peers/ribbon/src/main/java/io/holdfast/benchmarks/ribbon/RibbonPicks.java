package io.holdfast.benchmarks.ribbon;

import com.netflix.loadbalancer.AbstractLoadBalancerRule;
import com.netflix.loadbalancer.BaseLoadBalancer;
import com.netflix.loadbalancer.RoundRobinRule;
import com.netflix.loadbalancer.Server;
import com.netflix.loadbalancer.ServerStats;
import com.netflix.loadbalancer.WeightedResponseTimeRule;
import io.holdfast.benchmarks.picks.PickSubject;
import java.util.ArrayList;
import java.util.List;

/** Ribbon's rules over servers that are alive. */
public final class RibbonPicks implements PickSubject {
    /** For {@link Class#forName}. */
    public RibbonPicks() {}

    @Override
    public List<String> algorithms() {
        return List.of("round-robin", "weighted-response-time");
    }

    @Override
    public Pick newPick(String algorithm, int endpoints, boolean weighted) {
        BaseLoadBalancer balancer = new BaseLoadBalancer();
        List<Server> all = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            all.add(new Server("10.0." + i / 250 + "." + i % 250, 8080));
        }
        balancer.setServersList(all);
        for (Server server : balancer.getAllServers()) {
            server.setAlive(true);
            server.setReadyToServe(true);
        }
        balancer.forceQuickPing();
        AbstractLoadBalancerRule rule;
        if (algorithm.equals("round-robin")) {
            rule = new RoundRobinRule();
        } else {
            for (int i = 0; i < endpoints; i++) {
                ServerStats stats = balancer.getLoadBalancerStats().getSingleServerStat(all.get(i));
                for (int k = 0; k < 200; k++) {
                    stats.noteResponseTime(10 + i % 5);
                }
            }
            rule = new WeightedResponseTimeRule();
        }
        rule.setLoadBalancer(balancer);
        if (rule.choose(null) == null) {
            throw new IllegalStateException("no server");
        }
        return i -> rule.choose(null);
    }
}
