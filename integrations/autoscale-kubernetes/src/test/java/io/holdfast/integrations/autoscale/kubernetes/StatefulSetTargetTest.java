package io.holdfast.integrations.autoscale.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.autoscale.Instance;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatefulSetTargetTest extends KubernetesContract {
    StatefulSetTargetTest() {
        super(WorkloadKind.STATEFUL_SET);
    }

    @Test
    void podsAreNumbered() throws Exception {
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 11, 11));
        awaitRunning(target, 11);
        target.stop(stopOrder("a-2", 7, "orders-10", 10));
        target.stop(stopOrder("a-2", 7, "orders-10", 10));
        target.stop(stopOrder("a-3", 7, "orders-09", 9));
        target.stop(stopOrder("a-3", 7, "payments-9", 9));
        assertEquals(10, controllers.replicas());
    }

    @Test
    void numbersMayBeginLater() throws Exception {
        client.genericKubernetesResources(WorkloadKind.STATEFUL_SET.context())
                .inNamespace(Controllers.NAMESPACE)
                .withName(Controllers.NAME)
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>)
                            resource.getAdditionalProperties().get("spec");
                    spec.put("ordinals", Map.of("start", 5));
                    return resource;
                });
        KubernetesTarget target = open();
        target.start(startOrder(target, "a-1", 7, 2, 2));
        assertEquals(
                List.of("orders-5", "orders-6"),
                target.instances().stream().map(Instance::node).toList());
        target.stop(stopOrder("a-2", 7, "orders-6", 1));
        assertEquals(1, controllers.replicas());
    }

    @Test
    void namesThatKubernetesDoesNotHaveAreRefusedAtOnce() {
        assertThrows(IllegalArgumentException.class, () -> KubernetesTarget.statefulSet("Shop", "orders"));
        assertThrows(IllegalArgumentException.class, () -> KubernetesTarget.statefulSet("shop", ""));
    }
}
