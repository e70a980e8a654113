package io.holdfast.benchmarks.loadbalance;

import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.BalancerSettings;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.RequestKey;
import io.holdfast.loadbalance.Target;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A service of twenty unequal servers and four callers in virtual time, with the balancers as they are published. Requests come at
 * random, at 60 % of what the servers can do; a caller waits for a second; nothing is tried twice, so that picks alone are seen.
 */
final class ServiceSimulation {
    static final int SERVERS = 20;
    private static final int CALLERS = 4;
    private static final double LOAD = 0.6;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final long DEADLINE = SECOND;
    private static final long ROUND_TRIP = MILLI / 2;
    private static final int VICTIM = 7;
    private static final int USERS = 20_000;

    private final VirtualTime time;
    private final Scenario scenario;
    private final List<SimulatedServer> servers = new ArrayList<>();
    private final List<Balancer> callers = new ArrayList<>();
    private final Histogram micros = new Histogram(3_600_000_000L, 3);
    private final double perSecond;
    private double crowd = 1;
    private boolean counting;
    private long failed;
    private long toVictim;

    /** What happens, once all has run well for ten seconds. */
    enum Scenario {
        CALM("calm"),
        ONE_SLOW("one ten times slower"),
        ONE_DEAD("one dead"),
        ONE_STOPPED("one stopped"),
        CROWD("flash crowd");

        final String words;

        Scenario(String words) {
            this.words = words;
        }
    }

    /**
     * What callers saw from then on.
     *
     * @param micros how long requests took, those that failed too
     * @param errors what part failed
     * @param toVictim what part went to the server that it happened to
     */
    record Seen(Histogram micros, double errors, double toVictim) {
        double millis(double percentile) {
            return micros.getValueAtPercentile(percentile) / 1_000.0;
        }
    }

    private ServiceSimulation(Scenario scenario, BalancerSettings settings, long seed) {
        this.time = new VirtualTime(seed);
        this.scenario = scenario;
        List<Endpoint> endpoints = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < SERVERS; i++) {
            double speed = i % 4 == 0 ? 1.4 : i % 4 == 1 ? 0.7 : 1;
            sum += speed;
            servers.add(new SimulatedServer(time, speed));
            endpoints.add(
                    Endpoint.of("node-" + i, "http://10.0.0." + i + ":8080").weight((int) Math.round(speed * 10)));
        }
        this.perSecond = sum * SimulatedServer.WORKERS * 1_000 / SimulatedServer.MEAN_MILLIS * LOAD;
        for (int i = 0; i < CALLERS; i++) {
            Balancer balancer = Balancer.start(
                    new Balancer.Identity("simulation", "caller-" + i, "http"),
                    settings,
                    time,
                    new SimpleMeterRegistry());
            balancer.update(endpoints, 1);
            callers.add(balancer);
        }
    }

    /** Runs it for so long after it has happened. */
    static Seen run(Scenario scenario, BalancerSettings settings, int seconds, long seed) {
        ServiceSimulation simulation = new ServiceSimulation(scenario, settings, seed);
        simulation.time.runUntil(MILLI);
        simulation.arrive();
        simulation.time.runUntil(10 * SECOND);
        simulation.happen();
        simulation.counting = true;
        simulation.time.runUntil((10 + seconds) * SECOND);
        simulation.counting = false;
        double all = Math.max(1.0, (double) simulation.micros.getTotalCount());
        return new Seen(simulation.micros, simulation.failed / all, simulation.toVictim / all);
    }

    private void happen() {
        SimulatedServer victim = servers.get(VICTIM);
        switch (scenario) {
            case CALM -> {}
            case ONE_SLOW -> victim.slower(10);
            case ONE_DEAD -> victim.becomes(SimulatedServer.Mode.DEAD);
            case ONE_STOPPED -> victim.becomes(SimulatedServer.Mode.STOPPED);
            case CROWD -> {
                crowd = 1.6;
                time.after(10 * SECOND, () -> crowd = 1);
            }
        }
    }

    private void arrive() {
        double gap = -Math.log(1 - time.random().nextDouble()) / (perSecond * crowd);
        time.after((long) (gap * SECOND), () -> {
            request();
            arrive();
        });
    }

    private void request() {
        Balancer balancer = callers.get(time.random().nextInt(CALLERS));
        long key = RequestKey.of(time.random().nextInt(USERS));
        Target target = balancer.begin(key, null);
        if (target == null) {
            count(time.nanoTime(), true, false);
            return;
        }
        int number = Integer.parseInt(target.endpoint().id().substring("node-".length()));
        Call call = new Call(balancer, target, time.nanoTime(), number == VICTIM);
        time.after(
                ROUND_TRIP / 2, () -> servers.get(number).take(how -> time.after(ROUND_TRIP / 2, () -> call.end(how))));
        time.after(DEADLINE, call::endInTime);
    }

    /** One request on its way. */
    private final class Call {
        private final Balancer balancer;
        private final Target target;
        private final long began;
        private final boolean victim;
        private boolean ended;

        Call(Balancer balancer, Target target, long began, boolean victim) {
            this.balancer = balancer;
            this.target = target;
            this.began = began;
            this.victim = victim;
        }

        void end(SimulatedServer.Answer how) {
            end(
                    switch (how) {
                        case GOOD -> Outcome.SUCCESS;
                        case TOO_MUCH -> Outcome.OVERLOADED;
                        case REFUSED -> Outcome.UNREACHABLE;
                    });
        }

        void endInTime() {
            end(Outcome.FAILURE);
        }

        private void end(Outcome outcome) {
            if (!ended) {
                ended = true;
                balancer.end(target, time.nanoTime() - began, outcome);
                count(began, outcome != Outcome.SUCCESS, victim);
            }
        }
    }

    private void count(long began, boolean isFailure, boolean victim) {
        if (counting) {
            micros.recordValue((time.nanoTime() - began) / 1_000);
            failed += isFailure ? 1 : 0;
            toVictim += victim ? 1 : 0;
        }
    }
}
