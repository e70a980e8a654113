package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.core.FencingToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries orders out. What is ordered is written into the workload's annotation first, then the scale is set, then the annotation says
 * that this is done: so an order that was given up half-way is told from a scale that somebody else has changed.
 */
final class ScaleOrders {
    private static final Logger LOG = LoggerFactory.getLogger(ScaleOrders.class);
    static final String COST = "controller.kubernetes.io/pod-deletion-cost";
    /** Cheaper than anybody's own. */
    static final String CHEAPEST = "-2147483647";

    private static final String NOT_THERE = "~";
    private static final int ATTEMPTS = 10;

    private final KubernetesCalls calls;
    private final WorkloadKind kind;
    private final KubernetesFailures failures;

    ScaleOrders(KubernetesCalls calls, WorkloadKind kind, KubernetesFailures failures) {
        this.calls = calls;
        this.kind = kind;
        this.failures = failures;
    }

    List<Instance> instances() throws ScalingTargetException, InterruptedException {
        Workload workload = calls.workload();
        List<Pod> pods = pods(workload);
        List<Instance> found =
                new ArrayList<>(pods.stream().map(PodStates::instance).toList());
        for (String missing : missing(workload, pods)) {
            found.add(new Instance(missing, State.STARTING, "there is no pod for it yet"));
        }
        found.sort(Comparator.comparing(Instance::node));
        return List.copyOf(found);
    }

    private List<Pod> pods(Workload workload) throws ScalingTargetException, InterruptedException {
        return calls.pods(workload).stream()
                .filter(pod -> kind == WorkloadKind.DEPLOYMENT || isOf(workload, pod))
                .toList();
    }

    /** A selector may take more pods than the StatefulSet's own. */
    private static boolean isOf(Workload workload, Pod pod) {
        List<OwnerReference> owners = pod.getMetadata().getOwnerReferences();
        return owners == null
                || owners.isEmpty()
                || owners.stream().anyMatch(owner -> workload.uid().equals(owner.getUid()));
    }

    /** What is to be there and has no pod. */
    private List<String> missing(Workload workload, List<Pod> pods) {
        List<String> missing = new ArrayList<>();
        if (kind == WorkloadKind.STATEFUL_SET) {
            Set<String> there =
                    pods.stream().map(pod -> pod.getMetadata().getName()).collect(Collectors.toSet());
            for (int i = 0; i < workload.replicas(); i++) {
                if (!there.contains(workload.pod(i))) {
                    missing.add(workload.pod(i));
                }
            }
        } else {
            for (int i = living(pods).size() + 1; i <= workload.replicas(); i++) {
                missing.add(workload.name() + NOT_THERE + i);
            }
        }
        return missing;
    }

    private static List<Pod> living(List<Pod> pods) {
        return pods.stream()
                .filter(pod -> !PodStates.hasEnded(pod) && !PodStates.isStopping(pod))
                .toList();
    }

    void start(StartOrder order) throws ScalingTargetException, InterruptedException {
        if (!order.nodes().isEmpty()) {
            throw failures.lasting("it names its pods itself, and cannot start " + order.nodes());
        }
        change(
                order.action(),
                order.token(),
                workload -> order.size() > workload.replicas() ? OptionalInt.of(order.size()) : OptionalInt.empty());
    }

    void stop(StopOrder order) throws ScalingTargetException, InterruptedException {
        if (kind == WorkloadKind.STATEFUL_SET) {
            change(order.action(), order.token(), workload -> withoutLast(workload, order.node()));
        } else {
            change(order.action(), order.token(), workload -> withoutAny(workload, order));
        }
    }

    private OptionalInt withoutLast(Workload workload, String node) throws ScalingTargetException {
        int index = workload.index(node);
        if (index < 0 || index >= workload.replicas()) {
            return OptionalInt.empty(); // gone, or about to go
        }
        if (index != workload.replicas() - 1) {
            throw failures.lasting(
                    "it can stop only the highest, " + workload.pod(workload.replicas() - 1) + ", and not " + node);
        }
        return OptionalInt.of(index);
    }

    private OptionalInt withoutAny(Workload workload, StopOrder order)
            throws ScalingTargetException, InterruptedException {
        List<Pod> pods = pods(workload);
        if (missing(workload, pods).contains(order.node())) {
            return OptionalInt.of(workload.replicas() - 1);
        }
        Optional<Pod> found = pods.stream()
                .filter(pod -> pod.getMetadata().getName().equals(order.node()))
                .findFirst();
        if (found.isEmpty() || PodStates.isStopping(found.get()) || wasOrdered(workload, order)) {
            return OptionalInt.empty();
        }
        if (PodStates.hasEnded(found.get())) {
            calls.deletePod(order.node()); // another runs in its place already
            return OptionalInt.empty();
        }
        makeCheapest(found.get(), living(pods));
        return OptionalInt.of(workload.replicas() - 1);
    }

    /** The pod goes some time after the scale was set. */
    private static boolean wasOrdered(Workload workload, StopOrder order) {
        return LastOrder.parse(workload.annotation())
                .filter(last -> last.action().equals(order.action()) && last.to() == workload.replicas())
                .isPresent();
    }

    private void makeCheapest(Pod victim, List<Pod> pods) throws ScalingTargetException, InterruptedException {
        String name = victim.getMetadata().getName();
        for (Pod other : pods) {
            String otherName = other.getMetadata().getName();
            if (!otherName.equals(name)) {
                if (PodStates.rank(other) < PodStates.rank(victim)) {
                    throw failures.passing("pod " + name + " cannot be stopped now: Kubernetes would stop " + otherName
                            + " in its place, since that is "
                            + PodStates.instance(other).state().name().toLowerCase(Locale.ROOT) + " ("
                            + PodStates.instance(other).detail() + ")");
                }
                if (CHEAPEST.equals(annotations(other).get(COST))) {
                    calls.annotatePod(otherName, COST, null);
                }
            }
        }
        calls.annotatePod(name, COST, CHEAPEST);
    }

    private static Map<String, String> annotations(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    /** How many pods there are to be; empty if nothing has to change. */
    @FunctionalInterface
    private interface Plan {
        OptionalInt replicas(Workload workload) throws ScalingTargetException, InterruptedException;
    }

    private void change(String action, FencingToken token, Plan plan)
            throws ScalingTargetException, InterruptedException {
        checkAlone();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            if (tryChange(action, token, plan)) {
                return;
            }
        }
        throw failures.passing("it was changed by somebody else " + ATTEMPTS + " times while it was to be scaled");
    }

    private boolean tryChange(String action, FencingToken token, Plan plan)
            throws ScalingTargetException, InterruptedException {
        Workload workload = calls.workload();
        Optional<LastOrder> last = LastOrder.parse(workload.annotation());
        checkOrder(workload, last, token);
        OptionalInt wanted = plan.replicas(workload);
        int now = workload.replicas();
        int to = wanted.orElse(now);
        LastOrder order = new LastOrder(token.value(), now, to, action);
        if (wanted.isEmpty()
                && last.filter(known -> known.token() == token.value()).isPresent()) {
            return true;
        }
        Optional<String> version = calls.annotate(workload.version(), order);
        if (version.isEmpty() || wanted.isEmpty()) {
            return version.isPresent();
        }
        Optional<String> scaled = calls.scale(version.get(), to);
        if (scaled.isEmpty()) {
            return false;
        }
        LOG.info("{} {} is scaled from {} to {} by {}", kind.kind(), workload.name(), now, to, action);
        settle(scaled.get(), order);
        return true;
    }

    /** If that fails, the next order finds one that looks given up half-way, and goes on. */
    private void settle(String version, LastOrder order) throws InterruptedException {
        try {
            Optional<String> done = calls.annotate(version, order.carriedOut());
            for (int attempt = 1; done.isEmpty() && attempt < ATTEMPTS; attempt++) {
                Workload now = calls.workload();
                if (!order.toString().equals(now.annotation()) || now.replicas() != order.to()) {
                    return; // somebody has gone on already
                }
                done = calls.annotate(now.version(), order.carriedOut());
            }
        } catch (ScalingTargetException failed) {
            LOG.warn("the scale was set, and its annotation does not say so yet: {}", failed.getMessage());
        }
    }

    private void checkAlone() throws ScalingTargetException, InterruptedException {
        List<String> others = calls.autoscalers();
        if (!others.isEmpty()) {
            throw failures.lasting("HorizontalPodAutoscaler " + String.join(", ", others)
                    + " scales it, too; delete that, or only recommend");
        }
    }

    private void checkOrder(Workload workload, Optional<LastOrder> last, FencingToken token)
            throws ScalingTargetException {
        if (workload.annotation() != null && last.isEmpty()) {
            throw failures.lasting("its annotation " + LastOrder.ANNOTATION
                    + " is not understood; use the release that wrote it, or remove it");
        }
        if (last.isEmpty()) {
            return;
        }
        LastOrder known = last.get();
        if (token.value() < known.token()) {
            throw failures.lasting("refused, since token " + token + " is lower than " + new FencingToken(known.token())
                    + ": another node decides by now");
        }
        boolean halfDone = !known.isCarriedOut() && workload.replicas() == known.from();
        if (workload.replicas() != known.to() && !halfDone) {
            throw failures.lasting("somebody else owns its replicas (an HPA, a pipeline?): they are "
                    + workload.replicas() + ", and " + known.action() + " left " + known.to()
                    + ". Find out who; to go on from here, run kubectl annotate "
                    + kind.plural() + " " + workload.name() + " " + LastOrder.ANNOTATION + "-");
        }
    }
}
