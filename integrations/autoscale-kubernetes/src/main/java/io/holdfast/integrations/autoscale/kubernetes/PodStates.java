package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.core.spi.Printable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How far a pod is. */
final class PodStates {
    private static final int LONGEST_DETAIL = 300;
    /** Why a container waits that will not run by itself. */
    private static final Set<String> FAILING = Set.of(
            "CrashLoopBackOff",
            "ImagePullBackOff",
            "ErrImagePull",
            "ErrImageNeverPull",
            "InvalidImageName",
            "CreateContainerConfigError",
            "CreateContainerError",
            "RunContainerError");

    private PodStates() {}

    static Instance instance(Pod pod) {
        String node = pod.getMetadata().getName();
        if (isStopping(pod)) {
            return new Instance(
                    node, State.STOPPING, "since " + pod.getMetadata().getDeletionTimestamp());
        }
        Optional<String> failing = failing(pod);
        if (failing.isPresent()) {
            return new Instance(node, State.FAILED, Printable.of(failing.get(), LONGEST_DETAIL));
        }
        return phase(pod).equals("Running")
                ? new Instance(node, State.RUNNING, isReady(pod) ? "ready" : "not ready")
                : new Instance(node, State.STARTING, Printable.of(waiting(pod), LONGEST_DETAIL));
    }

    static boolean isStopping(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() != null;
    }

    /** Whether it has ended for good. A Deployment has another one in its place. */
    static boolean hasEnded(Pod pod) {
        return phase(pod).equals("Failed") || phase(pod).equals("Succeeded");
    }

    /** In which order a Deployment gives pods up, before it looks at their prices; the lowest first. */
    static int rank(Pod pod) {
        if (pod.getSpec() == null
                || pod.getSpec().getNodeName() == null
                || pod.getSpec().getNodeName().isEmpty()) {
            return 0;
        }
        return switch (phase(pod)) {
            case "Pending" -> 1;
            case "Running" -> isReady(pod) ? 4 : 3;
            default -> 2;
        };
    }

    private static String phase(Pod pod) {
        PodStatus status = pod.getStatus();
        return status == null || status.getPhase() == null ? "Pending" : status.getPhase();
    }

    private static boolean isReady(Pod pod) {
        return condition(pod, "Ready")
                .filter(ready -> "True".equals(ready.getStatus()))
                .isPresent();
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        PodStatus status = pod.getStatus();
        return status == null || status.getConditions() == null
                ? Optional.empty()
                : status.getConditions().stream()
                        .filter(condition -> type.equals(condition.getType()))
                        .findFirst();
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        PodStatus status = pod.getStatus();
        return status == null
                ? Stream.empty()
                : Stream.of(orEmpty(status.getInitContainerStatuses()), orEmpty(status.getContainerStatuses()))
                        .flatMap(List::stream);
    }

    private static List<ContainerStatus> orEmpty(@Nullable List<ContainerStatus> list) {
        return list == null ? List.of() : list;
    }

    private static Optional<String> failing(Pod pod) {
        if (hasEnded(pod)) {
            return Optional.of(phase(pod)
                    + reason(pod.getStatus().getReason(), pod.getStatus().getMessage()));
        }
        return containers(pod).flatMap(PodStates::failing).findFirst();
    }

    private static Stream<String> failing(ContainerStatus container) {
        ContainerState state = container.getState();
        if (state == null
                || state.getWaiting() == null
                || !FAILING.contains(String.valueOf(state.getWaiting().getReason()))) {
            return Stream.empty();
        }
        ContainerState last = container.getLastState();
        String exit = last == null || last.getTerminated() == null
                ? ""
                : ", the last time with status " + last.getTerminated().getExitCode()
                        + reason(
                                last.getTerminated().getReason(),
                                last.getTerminated().getMessage());
        return Stream.of("container " + container.getName()
                + reason(state.getWaiting().getReason(), state.getWaiting().getMessage()) + exit);
    }

    private static String waiting(Pod pod) {
        Optional<String> unscheduled = condition(pod, "PodScheduled")
                .filter(scheduled -> "False".equals(scheduled.getStatus()))
                .map(scheduled -> "not scheduled" + reason(scheduled.getReason(), scheduled.getMessage()));
        return unscheduled
                .or(() -> containers(pod)
                        .filter(container -> container.getState() != null
                                && container.getState().getWaiting() != null)
                        .map(container -> "container " + container.getName()
                                + reason(
                                        container.getState().getWaiting().getReason(),
                                        container.getState().getWaiting().getMessage()))
                        .findFirst())
                .orElse("pending");
    }

    private static String reason(@Nullable String reason, @Nullable String message) {
        return (reason == null || reason.isEmpty() ? "" : ": " + reason)
                + (message == null || message.isEmpty() ? "" : " (" + message + ")");
    }
}
