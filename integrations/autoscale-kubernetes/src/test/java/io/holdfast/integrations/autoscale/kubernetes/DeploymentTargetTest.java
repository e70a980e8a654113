package io.holdfast.integrations.autoscale.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTargetException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeploymentTargetTest extends KubernetesContract {
    DeploymentTargetTest() {
        super(WorkloadKind.DEPLOYMENT);
    }

    private List<Instance> three(KubernetesTarget target) throws Exception {
        target.start(startOrder(target, "a-1", 7, 3, 3));
        return awaitRunning(target, 3);
    }

    private List<String> cheapest() {
        return controllers.pods().stream()
                .filter(pod -> pod.getMetadata().getAnnotations() != null)
                .filter(pod -> ScaleOrders.CHEAPEST.equals(
                        pod.getMetadata().getAnnotations().get(ScaleOrders.COST)))
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    @Test
    void theOneThatIsNamedGoes() throws Exception {
        KubernetesTarget target = open();
        List<Instance> three = three(target);
        target.stop(stopOrder("a-2", 7, three.get(0).node(), 2));
        assertEquals(List.of(three.get(0).node()), cheapest());
        target.stop(stopOrder("a-2", 7, three.get(0).node(), 2));
        assertEquals(2, controllers.replicas());
        assertEquals(three.subList(1, 3), awaitRunning(target, 2));
    }

    @Test
    void onlyOneIsCheapest() throws Exception {
        KubernetesTarget target = open();
        List<Instance> three = three(target);
        answer("/scale", 500, 1);
        assertThrows(
                ScalingTargetException.class,
                () -> target.stop(stopOrder("a-2", 7, three.get(0).node(), 2)));
        assertEquals(List.of(three.get(0).node()), cheapest());
        target.stop(stopOrder("a-3", 7, three.get(1).node(), 2));
        assertEquals(List.of(three.get(1).node()), cheapest());
        assertEquals(List.of(three.get(0), three.get(2)), awaitRunning(target, 2));
    }

    @Test
    void nothingIsStoppedWhileKubernetesWouldTakeAnother() throws Exception {
        KubernetesTarget target = open();
        List<Instance> three = three(target);
        Pod unready = client.pods()
                .inNamespace(Controllers.NAMESPACE)
                .withName(three.get(2).node())
                .get();
        client.resource(unready).delete();
        controllers.createPod(three.get(2).node(), "Running", false);
        ScalingTargetException failed = assertThrows(
                ScalingTargetException.class,
                () -> target.stop(stopOrder("a-2", 7, three.get(0).node(), 2)));
        assertFalse(failed.isLasting());
        assertTrue(
                failed.getMessage().contains("would stop " + three.get(2).node() + " in its place"),
                failed.getMessage());
        assertEquals(3, controllers.replicas());
        target.stop(stopOrder("a-3", 7, three.get(2).node(), 2));
        assertEquals(three.subList(0, 2), awaitRunning(target, 2));
    }

    @Test
    void whatIsLeftOfAnEvictedPodIsRemovedAndTheScaleStays() throws Exception {
        KubernetesTarget target = open();
        List<Instance> three = three(target);
        controllers.createPod("orders-evicted", "Failed", false);
        List<Instance> four = target.instances();
        assertEquals(4, four.size());
        assertEquals(State.FAILED, four.get(3).state());
        target.stop(stopOrder("a-2", 7, "orders-evicted", 3));
        assertEquals(3, controllers.replicas());
        assertEquals(three, target.instances());
    }

    @Test
    void aPodOfSomethingElseIsNotStopped() throws Exception {
        KubernetesTarget target = open();
        three(target);
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(Controllers.NAMESPACE)
                        .withName("payments-1")
                        .withLabels(Map.of("app", "payments"))
                        .endMetadata()
                        .build())
                .create();
        target.stop(stopOrder("a-2", 7, "payments-1", 2));
        assertEquals(3, controllers.replicas());
        assertEquals(3, target.instances().size());
    }
}
