package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call that is begun again where a server refused it: before anything of an answer has come, and with the one message that it sends.
 * What has been asked of the one is asked of the next. Safe from any thread, as far as calls are.
 */
final class RoutedCall<Q, A> extends ClientCall<Q, A> {
    private final Supplier<ClientCall<Q, A>> begins;
    private final Route route;
    private ClientCall<Q, A> current;
    private int triesLeft;
    private Metadata headers = new Metadata();
    private @Nullable Q message;
    private int requested;
    private boolean isHalfClosed;
    private @Nullable Boolean compresses;
    private boolean isCancelled;

    RoutedCall(Supplier<ClientCall<Q, A>> begins, Route route, int tries) {
        this.begins = begins;
        this.route = route;
        this.triesLeft = tries;
        this.current = begins.get();
    }

    private final class Listens extends Listener<A> {
        private final Listener<A> to;
        private boolean hasHeard;

        Listens(Listener<A> to) {
            this.to = to;
        }

        @Override
        public void onHeaders(Metadata answer) {
            hasHeard = true;
            route.reached(answer.get(RoutingMetadata.POSITION));
            to.onHeaders(answer);
        }

        @Override
        public void onMessage(A answer) {
            hasHeard = true;
            to.onMessage(answer);
        }

        @Override
        public void onReady() {
            to.onReady();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            route.reached(trailers.get(RoutingMetadata.POSITION));
            boolean isRefused = !hasHeard && trailers.containsKey(RoutingMetadata.REFUSED);
            if (!isRefused || !again(to)) {
                to.onClose(status, trailers);
            }
        }
    }

    private synchronized boolean again(Listener<A> to) {
        triesLeft--;
        Q sent = message;
        if (triesLeft <= 0 || isCancelled || sent == null || !isHalfClosed) {
            return false;
        }
        ClientCall<Q, A> next = begins.get();
        current = next;
        next.start(new Listens(to), copy(headers));
        if (compresses != null) {
            next.setMessageCompression(compresses);
        }
        next.request(requested);
        next.sendMessage(sent);
        next.halfClose();
        return true;
    }

    private static Metadata copy(Metadata of) {
        Metadata copy = new Metadata();
        copy.merge(of);
        return copy;
    }

    @Override
    public synchronized void start(Listener<A> listener, Metadata given) {
        headers = copy(given);
        current.start(new Listens(listener), given);
    }

    @Override
    public synchronized void request(int count) {
        requested = (int) Math.min(Integer.MAX_VALUE, (long) requested + count);
        current.request(count);
    }

    @Override
    public synchronized void sendMessage(Q sent) {
        message = triesLeft > 1 ? sent : null; // of a stream none is kept
        current.sendMessage(sent);
    }

    @Override
    public synchronized void halfClose() {
        isHalfClosed = true;
        current.halfClose();
    }

    @Override
    public synchronized void setMessageCompression(boolean is) {
        compresses = is;
        current.setMessageCompression(is);
    }

    @Override
    public synchronized void cancel(@Nullable String why, @Nullable Throwable cause) {
        isCancelled = true;
        current.cancel(why, cause);
    }

    @Override
    public synchronized boolean isReady() {
        return current.isReady();
    }

    @Override
    public synchronized Attributes getAttributes() {
        return current.getAttributes();
    }
}
