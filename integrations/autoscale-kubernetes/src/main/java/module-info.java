import org.jspecify.annotations.NullMarked;

/** Nodes started and stopped by the scale of a StatefulSet or a Deployment. */
@NullMarked
module io.holdfast.integrations.autoscale.kubernetes {
    requires transitive io.holdfast.autoscale;
    requires transitive io.fabric8.kubernetes.client.api;
    requires org.slf4j;

    exports io.holdfast.integrations.autoscale.kubernetes;
}
