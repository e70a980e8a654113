package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a cluster's controllers do, which the mock server has none of. */
final class Controllers {
    static final String NAMESPACE = "shop";
    static final String NAME = "orders";
    private static final Map<String, String> LABELS = Map.of("app", NAME);

    private final KubernetesClient client;
    private final WorkloadKind kind;
    private int made;

    Controllers(KubernetesClient client, WorkloadKind kind) {
        this.client = client;
        this.kind = kind;
    }

    void create(int replicas) {
        if (kind == WorkloadKind.STATEFUL_SET) {
            client.resource(new StatefulSetBuilder()
                            .withNewMetadata()
                            .withNamespace(NAMESPACE)
                            .withName(NAME)
                            .endMetadata()
                            .withNewSpec()
                            .withReplicas(replicas)
                            .withNewSelector()
                            .withMatchLabels(LABELS)
                            .endSelector()
                            .endSpec()
                            .build())
                    .create();
        } else {
            client.resource(new DeploymentBuilder()
                            .withNewMetadata()
                            .withNamespace(NAMESPACE)
                            .withName(NAME)
                            .endMetadata()
                            .withNewSpec()
                            .withReplicas(replicas)
                            .withNewSelector()
                            .withMatchLabels(LABELS)
                            .endSelector()
                            .endSpec()
                            .build())
                    .create();
        }
    }

    int replicas() {
        return kind == WorkloadKind.STATEFUL_SET
                ? client.apps()
                        .statefulSets()
                        .inNamespace(NAMESPACE)
                        .withName(NAME)
                        .get()
                        .getSpec()
                        .getReplicas()
                : client.apps()
                        .deployments()
                        .inNamespace(NAMESPACE)
                        .withName(NAME)
                        .get()
                        .getSpec()
                        .getReplicas();
    }

    String annotation() {
        return client.genericKubernetesResources(kind.context())
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .get()
                .getMetadata()
                .getAnnotations()
                .get(LastOrder.ANNOTATION);
    }

    /** As somebody else would. */
    void setReplicas(int replicas) {
        client.genericKubernetesResources(kind.context())
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>)
                            resource.getAdditionalProperties().get("spec");
                    spec.put("replicas", replicas);
                    return resource;
                });
    }

    void setAnnotation(String value) {
        client.genericKubernetesResources(kind.context())
                .inNamespace(NAMESPACE)
                .withName(NAME)
                .edit(resource -> {
                    Map<String, String> annotations = new HashMap<>();
                    if (value != null) {
                        annotations.put(LastOrder.ANNOTATION, value);
                    }
                    resource.getMetadata().setAnnotations(annotations);
                    return resource;
                });
    }

    List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems();
    }

    /** Makes as many pods as there are to be. */
    void work() {
        int wanted = replicas();
        List<Pod> there = pods();
        if (kind == WorkloadKind.STATEFUL_SET) {
            for (Pod pod : there) {
                if (Integer.parseInt(pod.getMetadata().getName().substring(NAME.length() + 1)) >= wanted) {
                    client.resource(pod).delete();
                }
            }
            for (int i = 0; i < wanted; i++) {
                String name = NAME + "-" + i;
                if (there.stream().noneMatch(pod -> pod.getMetadata().getName().equals(name))) {
                    createPod(name, "Running", true);
                }
            }
            return;
        }
        List<Pod> living =
                there.stream().filter(pod -> !PodStates.hasEnded(pod)).toList();
        living.stream()
                .sorted(Comparator.<Pod>comparingInt(PodStates::rank).thenComparingInt(Controllers::cost))
                .limit(Math.max(0, living.size() - wanted))
                .forEach(pod -> client.resource(pod).delete());
        for (int i = living.size(); i < wanted; i++) {
            createPod(NAME + "-5d9c-" + (char) ('a' + made), "Running", true);
        }
    }

    private static int cost(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String cost = annotations == null ? null : annotations.get(ScaleOrders.COST);
        return cost == null ? 0 : Integer.parseInt(cost);
    }

    void createPod(String name, String phase, boolean ready) {
        made++;
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName(name)
                        .withLabels(LABELS)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName("worker-1")
                        .endSpec()
                        .withNewStatus()
                        .withPhase(phase)
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus(ready ? "True" : "False")
                        .endCondition()
                        .endStatus()
                        .build())
                .create();
    }
}
