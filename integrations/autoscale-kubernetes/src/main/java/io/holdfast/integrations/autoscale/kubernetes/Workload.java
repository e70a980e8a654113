package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.api.model.LabelSelector;
import org.jspecify.annotations.Nullable;

/**
 * A StatefulSet or Deployment, as it was read.
 *
 * @param name its name
 * @param uid what tells it from an earlier one of the same name
 * @param version what changes with it
 * @param replicas how many pods there are to be
 * @param firstOrdinal the number of a StatefulSet's first pod
 * @param selector which pods are its
 * @param annotation the last order as written there; null if there was none
 */
record Workload(
        String name,
        String uid,
        String version,
        int replicas,
        int firstOrdinal,
        LabelSelector selector,
        @Nullable String annotation) {

    /** The name of a StatefulSet's pod. */
    String pod(int index) {
        return name + "-" + (firstOrdinal + index);
    }

    /** Which of a StatefulSet's pods that is, counted from 0; -1 if it is none of them. */
    int index(String pod) {
        String number = pod.startsWith(name + "-") ? pod.substring(name.length() + 1) : "";
        return number.matches("0|[1-9]\\d{0,8}") ? Math.max(-1, Integer.parseInt(number) - firstOrdinal) : -1;
    }
}
