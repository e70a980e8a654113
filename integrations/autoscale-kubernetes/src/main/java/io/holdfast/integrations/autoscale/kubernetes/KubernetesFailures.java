package io.holdfast.integrations.autoscale.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.core.spi.Printable;

/** What failed calls are called, and what is to be done about them. */
final class KubernetesFailures {
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    private static final int LONGEST_WORDS = 300;

    private final String place;

    KubernetesFailures(String place) {
        this.place = place;
    }

    /**
     * Says what it means.
     *
     * @param what could not be done
     * @param rule the rule of a Role that allows it
     * @throws InterruptedException if that is why
     */
    ScalingTargetException of(String what, String rule, KubernetesClientException failed) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException(place + ": interrupted, " + what);
            interrupted.initCause(failed);
            throw interrupted;
        }
        String message = place + ": " + what;
        return switch (failed.getCode()) {
            case 0, -1 ->
                ScalingTargetException.passing(
                        message + ", since the API server was not reached: " + root(failed), failed);
            case 401 ->
                ScalingTargetException.lasting(
                        message + ", since the API server does not know who asks; look at the service account's token: "
                                + words(failed),
                        failed);
            case 403 ->
                ScalingTargetException.lasting(
                        message + ", since that is not allowed; add to the Role of this service account the rule "
                                + rule + ": " + words(failed),
                        failed);
            case NOT_FOUND ->
                ScalingTargetException.lasting(message + ", since it is not there: " + words(failed), failed);
            case 400, 405, 415, 422 ->
                ScalingTargetException.lasting(
                        message + ", since the API server does not take it: " + words(failed), failed);
            default ->
                ScalingTargetException.passing(
                        message + ", since the API server answers with " + failed.getCode() + ": " + words(failed),
                        failed);
        };
    }

    ScalingTargetException lasting(String what) {
        return ScalingTargetException.lasting(place + ": " + what, null);
    }

    ScalingTargetException passing(String what) {
        return ScalingTargetException.passing(place + ": " + what, null);
    }

    private static String words(KubernetesClientException failed) {
        return Printable.of(String.valueOf(failed.getMessage()), LONGEST_WORDS);
    }

    private static String root(Throwable failed) {
        Throwable cause = failed;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return Printable.of(cause.toString(), LONGEST_WORDS);
    }
}
