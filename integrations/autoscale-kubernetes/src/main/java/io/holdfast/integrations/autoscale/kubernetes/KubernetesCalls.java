package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.holdfast.autoscale.ScalingTargetException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is asked of the API server. Each call is one request, but for the client's own repetitions. */
final class KubernetesCalls {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final WorkloadKind kind;
    private final String namespace;
    private final String name;
    private final KubernetesFailures failures;

    KubernetesCalls(
            KubernetesClient client, WorkloadKind kind, String namespace, String name, KubernetesFailures failures) {
        this.client = client;
        this.kind = kind;
        this.namespace = namespace;
        this.name = name;
        this.failures = failures;
    }

    Workload workload() throws ScalingTargetException, InterruptedException {
        GenericKubernetesResource found = call("it cannot be read", rule("apps", kind.plural(), "get"), () -> resource()
                .get());
        if (found == null) {
            throw failures.lasting("there is no such " + kind.kind());
        }
        return workload(found);
    }

    private Workload workload(GenericKubernetesResource found) {
        Map<String, String> annotations = found.getMetadata().getAnnotations();
        return new Workload(
                found.getMetadata().getName(),
                String.valueOf(found.getMetadata().getUid()),
                String.valueOf(found.getMetadata().getResourceVersion()),
                number(found.get("spec", "replicas"), 1), // as Kubernetes itself takes it
                number(found.get("spec", "ordinals", "start"), 0),
                client.getKubernetesSerialization().convertValue(found.get("spec", "selector"), LabelSelector.class),
                annotations == null ? null : annotations.get(LastOrder.ANNOTATION));
    }

    private static int number(@Nullable Object value, int otherwise) {
        return value instanceof Number number ? number.intValue() : otherwise;
    }

    private Resource<GenericKubernetesResource> resource() {
        return client.genericKubernetesResources(kind.context())
                .inNamespace(namespace)
                .withName(name);
    }

    List<Pod> pods(Workload workload) throws ScalingTargetException, InterruptedException {
        return call("its pods cannot be listed", rule("", "pods", "list"), () -> client.pods()
                .inNamespace(namespace)
                .withLabelSelector(workload.selector())
                .list()
                .getItems());
    }

    /** Those that scale the same workload. */
    List<String> autoscalers() throws ScalingTargetException, InterruptedException {
        return call(
                "it cannot be seen whether a HorizontalPodAutoscaler scales it",
                rule("autoscaling", "horizontalpodautoscalers", "list"),
                () ->
                        client
                                .autoscaling()
                                .v2()
                                .horizontalPodAutoscalers()
                                .inNamespace(namespace)
                                .list()
                                .getItems()
                                .stream()
                                .filter(this::scalesThis)
                                .map(one -> one.getMetadata().getName())
                                .toList());
    }

    private boolean scalesThis(HorizontalPodAutoscaler autoscaler) {
        CrossVersionObjectReference scaled = autoscaler.getSpec().getScaleTargetRef();
        return kind.kind().equals(scaled.getKind()) && name.equals(scaled.getName());
    }

    /**
     * Writes the order down, if nothing has changed since that version.
     *
     * @return the version after it; empty if something had changed
     */
    Optional<String> annotate(String version, LastOrder order) throws ScalingTargetException, InterruptedException {
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("resourceVersion", version);
        metadata.put("annotations", Map.of(LastOrder.ANNOTATION, order.toString()));
        return ifUnchanged("its annotation cannot be written", rule("apps", kind.plural(), "patch"), () -> resource()
                .patch(MERGE, json(Map.of("metadata", metadata))));
    }

    /** Sets how many pods there are to be, if nothing has changed since that version. */
    Optional<String> scale(String version, int replicas) throws ScalingTargetException, InterruptedException {
        Map<String, Object> patch = new LinkedHashMap<>();
        patch.put("metadata", Map.of("resourceVersion", version));
        patch.put("spec", Map.of("replicas", replicas));
        return ifUnchanged(
                "it cannot be scaled to " + replicas,
                rule("apps", kind.plural() + "/scale", "patch"),
                () -> resource().subresource("scale").patch(MERGE, json(patch)));
    }

    /** Sets a pod's annotation, or takes it away where the value is null. */
    void annotatePod(String pod, String annotation, @Nullable String value)
            throws ScalingTargetException, InterruptedException {
        Map<String, @Nullable String> annotations = new LinkedHashMap<>();
        annotations.put(annotation, value);
        String patch = json(Map.of("metadata", Map.of("annotations", annotations)));
        call(
                "its pod " + pod + " cannot be annotated",
                rule("", "pods", "patch"),
                () -> client.pods().inNamespace(namespace).withName(pod).patch(MERGE, patch));
    }

    /** Removes what is left of a pod that has ended. */
    void deletePod(String pod) throws ScalingTargetException, InterruptedException {
        call(
                "its pod " + pod + " cannot be deleted",
                rule("", "pods", "delete"),
                () -> client.pods().inNamespace(namespace).withName(pod).delete());
    }

    private String json(Map<String, ?> value) {
        return client.getKubernetesSerialization().asJson(value);
    }

    private Optional<String> ifUnchanged(String what, String rule, Supplier<GenericKubernetesResource> patch)
            throws ScalingTargetException, InterruptedException {
        try {
            return Optional.of(String.valueOf(patch.get().getMetadata().getResourceVersion()));
        } catch (KubernetesClientException failed) {
            if (failed.getCode() == KubernetesFailures.CONFLICT) {
                return Optional.empty();
            }
            throw failures.of(what, rule, failed);
        }
    }

    private <T> T call(String what, String rule, Supplier<T> request)
            throws ScalingTargetException, InterruptedException {
        try {
            return request.get();
        } catch (KubernetesClientException failed) {
            throw failures.of(what, rule, failed);
        }
    }

    private static String rule(String group, String resource, String verb) {
        return "{apiGroups: [\"" + group + "\"], resources: [\"" + resource + "\"], verbs: [\"" + verb + "\"]}";
    }
}
