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
        Scaler scaler(ServiceSettings service, Trace trace) {
            return holdfast(TargetTracking.cpu(TARGET));
        }
    },
    HPA("HPA, CPU") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return new Hpa(List.of(new Hpa.Goal(Load.CPU, TARGET)), MIN, MAX);
        }
    },
    HOLDFAST_REQUESTS("Holdfast, CPU and requests") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return holdfast(
                    TargetTracking.cpu(TARGET),
                    TargetTracking.of(Simulation.REQUESTS, TARGET * service.perNode()));
        }
    },
    HPA_REQUESTS("HPA, CPU and requests") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return new Hpa(
                    List.of(
                            new Hpa.Goal(Load.CPU, TARGET),
                            new Hpa.Goal(Simulation.REQUESTS, TARGET * service.perNode())),
                    MIN,
                    MAX);
        }
    },
    HOLDFAST_IN_FLIGHT("Holdfast, CPU and in flight") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return holdfast(
                    TargetTracking.cpu(TARGET), TargetTracking.of(Load.IN_FLIGHT, TARGET * service.workers()));
        }
    },
    HPA_IN_FLIGHT("HPA, CPU and in flight") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return new Hpa(
                    List.of(
                            new Hpa.Goal(Load.CPU, TARGET), new Hpa.Goal(Load.IN_FLIGHT, TARGET * service.workers())),
                    MIN,
                    MAX);
        }
    },
    KNATIVE("Knative, in flight") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return new Knative(TARGET * service.workers(), MIN, MAX);
        }
    },
    AWS("AWS target tracking, CPU") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return new AwsTargetTracking(TARGET, MIN, MAX);
        }
    },
    AT_ONCE("bound: the true demand, at once") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            return new AtOnce(trace, TARGET * service.perNode(), 0, MIN, MAX);
        }
    },
    FORESEEN("bound: the true demand, foreseen") {
        @Override
        Scaler scaler(ServiceSettings service, Trace trace) {
            int ahead = (int) service.startUp().plus(service.warmUp()).toSeconds() + 1;
            return new AtOnce(trace, TARGET * service.perNode(), ahead, MIN, MAX);
        }
    };

    /** The share of a node's processors, of its workers, or of the requests it can answer. */
    static final double TARGET = 0.6;

    private static final int MIN = 2;
    private static final int MAX = 100;
    private static final int EVERY_SECONDS = 5;

    final String words;

    Contestant(String words) {
        this.words = words;
    }

    abstract Scaler scaler(ServiceSettings service, Trace trace);

    private static Scaler holdfast(ScalingPolicy... policies) {
        return new HoldfastScaler(List.of(policies), MIN, MAX, ScalingLimits.usual(), EVERY_SECONDS);
    }
}
