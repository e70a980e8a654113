package io.holdfast.core.internal.netty;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.Resolver;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Names by the JVM's own look-up, on a thread of its own because that blocks, for as long as the system's resolver
 * retries. The thread is made with the first name; literal addresses need none. Look-ups run one after the other, and
 * at most {@value #MAX_WAITING} wait.
 *
 * <p>The JVM remembers answers, 30 seconds by default (for ever with a security manager) and failures 10 seconds: the
 * security properties {@code networkaddress.cache.ttl} and {@code networkaddress.cache.negative.ttl}. They belong to
 * the whole process, so they are left as they are; where a cluster's names change faster, its operator lowers them.
 */
final class SystemResolver implements Resolver {
    static final int MAX_WAITING = 256;

    private final EventLoop loop;
    private final Supplier<NamedWorker> newWorker;
    private @Nullable NamedWorker worker;
    private int waiting;

    SystemResolver(EventLoop loop, Supplier<NamedWorker> newWorker) {
        this.loop = loop;
        this.newWorker = newWorker;
    }

    @Override
    public void resolve(Address address, Callback callback) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(address.host());
        if (literal != null) {
            List<InetSocketAddress> answer = List.of(new InetSocketAddress(literal, address.port()));
            loop.execute(() -> callback.resolved(answer, ""));
            return;
        }
        if (waiting >= MAX_WAITING) {
            String problem = MAX_WAITING + " look-ups already wait; is the name service down?";
            loop.execute(() -> callback.resolved(List.of(), problem));
            return;
        }
        NamedWorker current;
        try {
            current = worker == null ? newWorker.get() : worker;
        } catch (IllegalStateException closed) {
            String problem = String.valueOf(closed.getMessage());
            loop.execute(() -> callback.resolved(List.of(), problem));
            return;
        }
        worker = current;
        waiting++;
        current.execute(() -> lookUp(address, callback));
    }

    private void lookUp(Address address, Callback callback) {
        List<InetSocketAddress> found = List.of();
        String problem = "";
        try {
            found = Arrays.stream(InetAddress.getAllByName(address.host()))
                    .map(host -> new InetSocketAddress(host, address.port()))
                    .toList();
        } catch (UnknownHostException unknown) {
            problem = "cannot resolve " + address.host() + ": " + unknown.getMessage();
        }
        List<InetSocketAddress> answer = found;
        String why = problem;
        loop.execute(() -> {
            waiting--;
            callback.resolved(answer, why);
        });
    }
}
