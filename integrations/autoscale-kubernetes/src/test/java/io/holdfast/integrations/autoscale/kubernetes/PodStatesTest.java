package io.holdfast.integrations.autoscale.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PodStatesTest {
    private static PodBuilder pod(String phase) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("orders-1")
                .endMetadata()
                .withNewSpec()
                .withNodeName("worker-1")
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .endStatus();
    }

    private static Pod waiting(String phase, String reason) {
        return pod(phase)
                .editStatus()
                .addNewContainerStatus()
                .withName("main")
                .withNewState()
                .withNewWaiting("because", reason)
                .endState()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(137)
                .withReason("OOMKilled")
                .endTerminated()
                .endLastState()
                .endContainerStatus()
                .endStatus()
                .build();
    }

    private static Pod ready(String status) {
        return pod("Running")
                .editStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(status)
                .endCondition()
                .endStatus()
                .build();
    }

    private static void assertIs(State state, String detail, Pod pod) {
        assertEquals(new Instance("orders-1", state, detail), PodStates.instance(pod));
    }

    @Test
    void whatComesIsStarting() {
        assertIs(State.STARTING, "pending", pod("Pending").build());
        assertIs(State.STARTING, "pending", pod(null).build());
        assertIs(
                State.STARTING,
                "pending",
                new PodBuilder(pod(null).build()).withStatus(null).build());
        assertIs(
                State.STARTING, "container main: ContainerCreating (because)", waiting("Pending", "ContainerCreating"));
        assertIs(
                State.STARTING,
                "not scheduled: Unschedulable (no room)",
                pod("Pending")
                        .editStatus()
                        .addNewCondition()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .withMessage("no room")
                        .endCondition()
                        .endStatus()
                        .build());
        assertIs(State.STARTING, "pending", pod("Unknown").build());
    }

    @Test
    void whatRunsSaysWhetherItIsReady() {
        assertIs(State.RUNNING, "ready", ready("True"));
        assertIs(State.RUNNING, "not ready", ready("False"));
        assertIs(State.RUNNING, "not ready", pod("Running").build());
    }

    @Test
    void whatWillNotRunByItselfHasFailed() {
        for (String reason :
                List.of("CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError")) {
            for (String phase : List.of("Running", "Pending")) {
                assertIs(
                        State.FAILED,
                        "container main: " + reason + " (because), the last time with status 137: OOMKilled",
                        waiting(phase, reason));
            }
        }
        assertIs(
                State.FAILED,
                "Failed: Evicted (too much disk)",
                pod("Failed")
                        .editStatus()
                        .withReason("Evicted")
                        .withMessage("too much disk")
                        .endStatus()
                        .build());
        assertIs(State.FAILED, "Succeeded", pod("Succeeded").build());
    }

    @Test
    void whatIsToBeDeletedIsStoppingWhateverElseItIs() {
        Pod going = new PodBuilder(waiting("Running", "CrashLoopBackOff"))
                .editMetadata()
                .withDeletionTimestamp("2026-11-30T04:00:00Z")
                .endMetadata()
                .build();
        assertIs(State.STOPPING, "since 2026-11-30T04:00:00Z", going);
        assertTrue(PodStates.isStopping(going));
    }

    @Test
    void lessReadyPodsGoFirst() {
        Pod unassigned = new PodBuilder(pod("Pending").build())
                .editSpec()
                .withNodeName(null)
                .endSpec()
                .build();
        List<Pod> inOrder =
                List.of(unassigned, pod("Pending").build(), pod("Unknown").build(), ready("False"), ready("True"));
        assertEquals(
                List.of(0, 1, 2, 3, 4), inOrder.stream().map(PodStates::rank).toList());
    }

    @Test
    void goldenAnnotation() {
        LastOrder order = new LastOrder(281474976710663L, 3, 4, "a-1 of b");
        assertEquals("v1 token=281474976710663 from=3 to=4 action=a-1 of b", order.toString());
        assertEquals(Optional.of(order), LastOrder.parse(order.toString()));
        for (String wrong : List.of(
                "",
                "v2 token=1 from=1 to=1 action=a",
                "v1 token=9999999999999999999 from=1 to=1 action=a",
                "v1 token=-1 from=1 to=1 action=a")) {
            assertEquals(Optional.empty(), LastOrder.parse(wrong));
        }
        assertEquals(Optional.empty(), LastOrder.parse(null));
    }
}
