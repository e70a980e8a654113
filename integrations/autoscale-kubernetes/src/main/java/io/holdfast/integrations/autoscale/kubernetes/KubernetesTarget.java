package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Nodes as pods of a StatefulSet or a Deployment, whose scale is changed:
 *
 * <pre>{@code
 * Autoscaling.on(KubernetesTarget.statefulSet("shop", "orders").acting())
 * }</pre>
 *
 * <p>By default it only recommends, since others may own {@code replicas}: what is decided is shown, and nothing is changed. {@link #acting}
 * makes it act. It then refuses where a HorizontalPodAutoscaler scales the same, and where {@code replicas} are not what its last order left.
 *
 * <p>A node's id is its pod's name. Of a StatefulSet only the highest pod can be stopped. A Deployment is told which one by the pod's deletion cost, which
 * Kubernetes heeds among pods that are equally ready: while another is less ready, nothing is stopped.
 *
 * <p>The highest token and the last order are in the workload's annotation {@code holdfast.io/autoscale}. Changes are made only to the version that was
 * looked at. Immutable: each method returns a changed copy. Safe for several threads.
 */
public final class KubernetesTarget implements ScalingTarget, AutoCloseable {
    private static final int REQUEST_TIMEOUT_MILLIS = 10_000;
    private static final int REPETITIONS = 2;

    private final WorkloadKind kind;
    private final String namespace;
    private final String workload;
    private final boolean acts;
    private final @Nullable KubernetesClient given;
    private final KubernetesFailures failures;
    private final Object making = new Object();
    /** Made when it is first needed, and closed with this; null before, and where one was given. */
    private @Nullable KubernetesClient own;

    private KubernetesTarget(
            WorkloadKind kind, String namespace, String workload, boolean acts, @Nullable KubernetesClient given) {
        this.kind = kind;
        this.namespace = namespace;
        this.workload = workload;
        this.acts = acts;
        this.given = given;
        failures = new KubernetesFailures(toString());
    }

    /** The pods of that StatefulSet. */
    public static KubernetesTarget statefulSet(String namespace, String name) {
        return new KubernetesTarget(
                WorkloadKind.STATEFUL_SET, checked(namespace, "namespace"), checked(name, "name"), false, null);
    }

    /** The pods of that Deployment. */
    public static KubernetesTarget deployment(String namespace, String name) {
        return new KubernetesTarget(
                WorkloadKind.DEPLOYMENT, checked(namespace, "namespace"), checked(name, "name"), false, null);
    }

    private static String checked(String text, String what) {
        if (!text.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
            throw new IllegalArgumentException("\"" + text + "\" cannot be a " + what
                    + " in Kubernetes: lower case letters, digits, hyphens and dots");
        }
        return text;
    }

    /** Changes the scale, and does not only recommend it. */
    public KubernetesTarget acting() {
        return new KubernetesTarget(kind, namespace, workload, true, given);
    }

    /**
     * Uses that client, and does not close it. By default one is made as fabric8 finds its settings: in a pod, the service account. It
     * waits 10 s for an answer, and asks up to 3 times.
     */
    public KubernetesTarget client(KubernetesClient client) {
        return new KubernetesTarget(kind, namespace, workload, acts, client);
    }

    @Override
    public String name() {
        return "kubernetes";
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(false, kind.removal(), !acts);
    }

    @Override
    public List<Instance> instances() throws ScalingTargetException, InterruptedException {
        return orders().instances();
    }

    @Override
    public void start(StartOrder order) throws ScalingTargetException, InterruptedException {
        checkActs();
        orders().start(order);
    }

    @Override
    public void stop(StopOrder order) throws ScalingTargetException, InterruptedException {
        checkActs();
        orders().stop(order);
    }

    private void checkActs() throws ScalingTargetException {
        if (!acts) {
            throw failures.lasting("it only recommends, and changes nothing; see KubernetesTarget.acting()");
        }
    }

    private ScaleOrders orders() {
        return new ScaleOrders(new KubernetesCalls(client(), kind, namespace, workload, failures), kind, failures);
    }

    private KubernetesClient client() {
        if (given != null) {
            return given;
        }
        synchronized (making) {
            if (own == null) {
                own = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder()
                                .withRequestTimeout(REQUEST_TIMEOUT_MILLIS)
                                .withRequestRetryBackoffLimit(REPETITIONS)
                                .build())
                        .build();
            }
            return own;
        }
    }

    /** Closes the client that it has made itself. It can be used again, and makes another one then. */
    @Override
    public void close() {
        synchronized (making) {
            if (own != null) {
                own.close();
                own = null;
            }
        }
    }

    @Override
    public String toString() {
        return kind.kind() + " " + namespace + "/" + workload;
    }
}
