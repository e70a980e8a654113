import org.jspecify.annotations.NullMarked;

/** Nodes started and stopped by the scale of a StatefulSet or a Deployment. */
@NullMarked
module io.holdfast.integrations.autoscale.kubernetes {
    requires transitive io.holdfast.autoscale;
    requires transitive kubernetes.client.api;
    requires kubernetes.model.autoscaling;
    requires kubernetes.model.core;
    requires org.slf4j;

    exports io.holdfast.integrations.autoscale.kubernetes;
}
