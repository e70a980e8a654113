package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.holdfast.autoscale.Capabilities.Removal;

/** What Kubernetes scales. */
enum WorkloadKind {
    /** Its pods are numbered, and the last is the first to go. */
    STATEFUL_SET("StatefulSet", "statefulsets", Removal.HIGHEST_ORDINAL),
    /** Its pods have names by chance, and a pod's price says which one is to go. */
    DEPLOYMENT("Deployment", "deployments", Removal.ANY);

    private final String kind;
    private final String plural;
    private final Removal removal;

    WorkloadKind(String kind, String plural, Removal removal) {
        this.kind = kind;
        this.plural = plural;
        this.removal = removal;
    }

    String kind() {
        return kind;
    }

    String plural() {
        return plural;
    }

    Removal removal() {
        return removal;
    }

    ResourceDefinitionContext context() {
        return new ResourceDefinitionContext.Builder()
                .withGroup("apps")
                .withVersion("v1")
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }
}
