package io.holdfast.benchmarks.autoscale;

import io.holdfast.autoscale.Load;
import io.holdfast.autoscale.ScalingLimits;
import io.holdfast.autoscale.ScalingPolicy;
import io.holdfast.autoscale.TargetTracking;
import io.holdfast.autoscale.replay.HoldfastScaler;
import io.holdfast.autoscale.replay.Scaler;
import io.holdfast.autoscale.replay.ServiceSettings;
import io.holdfast.autoscale.replay.Simulation;
import io.holdfast.autoscale.replay.Trace;
import java.util.List;

/** Who is compared: each by its defaults, with the same target and bounds, and one configuration for all traces. */
enum Contestant {
    HOLDFAST("Holdfast, CPU") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return holdfast(TargetTracking.cpu(target));
        }
    },
    HPA("HPA, CPU") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return new Hpa(List.of(new Hpa.Goal(Load.CPU, target)), MIN, MAX);
        }
    },
    HOLDFAST_REQUESTS("Holdfast, CPU and requests") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return holdfast(
                    TargetTracking.cpu(target), TargetTracking.of(Simulation.REQUESTS, target * service.perNode()));
        }
    },
    HPA_REQUESTS("HPA, CPU and requests") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return new Hpa(
                    List.of(
                            new Hpa.Goal(Load.CPU, target),
                            new Hpa.Goal(Simulation.REQUESTS, target * service.perNode())),
                    MIN,
                    MAX);
        }
    },
    HOLDFAST_IN_FLIGHT("Holdfast, CPU and in flight") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return holdfast(TargetTracking.cpu(target), TargetTracking.of(Load.IN_FLIGHT, target * service.workers()));
        }
    },
    HPA_IN_FLIGHT("HPA, CPU and in flight") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return new Hpa(
                    List.of(new Hpa.Goal(Load.CPU, target), new Hpa.Goal(Load.IN_FLIGHT, target * service.workers())),
                    MIN,
                    MAX);
        }
    },
    KNATIVE("Knative, in flight") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return new Knative(target * service.workers(), MIN, MAX);
        }
    },
    AWS("AWS target tracking, CPU") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return new AwsTargetTracking(target, MIN, MAX);
        }
    },
    AT_ONCE("bound: the true demand, at once") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            return new AtOnce(trace, target * service.perNode(), 0, MIN, MAX);
        }
    },
    FORESEEN("bound: the true demand, foreseen") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace, double target) {
            int ahead = (int) service.startUp().plus(service.warmUp()).toSeconds() + 1;
            return new AtOnce(trace, target * service.perNode(), ahead, MIN, MAX);
        }
    };

    static final int MIN = 2;
    private static final int MAX = 100;
    private static final int EVERY_SECONDS = 5;

    final String words;

    Contestant(String words) {
        this.words = words;
    }

    /** One for a run; the target is a share of a node's processors, of its workers, and of the requests it can answer. */
    abstract Scaler scaler(ServiceSettings service, Trace trace, double target);

    private static Scaler holdfast(ScalingPolicy... policies) {
        return new HoldfastScaler(List.of(policies), MIN, MAX, ScalingLimits.usual(), EVERY_SECONDS);
    }
}
