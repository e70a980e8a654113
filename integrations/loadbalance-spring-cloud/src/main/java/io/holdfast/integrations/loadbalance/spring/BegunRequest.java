package io.holdfast.integrations.loadbalance.spring;

import io.holdfast.loadbalance.Outcome;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;

/**
 * What was begun for one request of {@code WebClient}, once for each try: an attribute of it. Knows nothing of {@code WebClient}, which is not
 * there in every application. Safe from any thread.
 */
final class BegunRequest {
    static final String ATTRIBUTE = BegunRequest.class.getName();

    private final Queue<EndpointInstance> instances = new ConcurrentLinkedQueue<>();
    private volatile boolean isCancelled;

    /** That request is on its way there. */
    static void begun(Request<?> request, EndpointInstance instance) {
        if (request.getContext() instanceof RequestDataContext http
                && http.getClientRequest() != null
                && http.getClientRequest().getAttributes() != null
                && http.getClientRequest().getAttributes().get(ATTRIBUTE) instanceof BegunRequest its) {
            its.add(instance);
        }
    }

    private void add(EndpointInstance instance) {
        instances.add(instance);
        if (isCancelled) {
            instance.ends(Outcome.CANCELLED);
        }
    }

    void cancel() {
        isCancelled = true;
        instances.forEach(each -> each.ends(Outcome.CANCELLED)); // those that have ended do nothing
    }
}
