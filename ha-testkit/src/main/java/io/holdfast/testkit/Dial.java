package io.holdfast.testkit;

import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.runtime.Transport.Acceptor;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** An attempt to open a connection, as a system makes it: it asks again each second until its time is up. */
final class Dial {
    static final long TIMEOUT_NANOS = 2_000_000_000L;

    private static final long RETRY_NANOS = 1_000_000_000L;

    private final SimulatedNetwork network;
    private final SimulatedRuntime runtime;
    private final InetSocketAddress local;
    private final InetSocketAddress target;
    private final ConnectionHandler handler;
    private final Scheduler scheduler;
    private final long deadlineNanos;

    Dial(
            SimulatedNetwork network,
            SimulatedRuntime runtime,
            InetSocketAddress local,
            InetSocketAddress target,
            ConnectionHandler handler) {
        this.network = network;
        this.runtime = runtime;
        this.local = local;
        this.target = target;
        this.handler = handler;
        this.scheduler = network.scheduler();
        this.deadlineNanos = scheduler.nowNanos() + TIMEOUT_NANOS;
    }

    void begin() {
        SimulatedNode node =
                target.getAddress() == null ? null : network.hosts().nodeAt(target.getAddress(), runtime.node());
        if (node == null) {
            fail(deadlineNanos, CloseReason.UNREACHABLE, "no host has the address " + target);
            return;
        }
        ask(network.link(runtime.node(), node), network.link(node, runtime.node()));
    }

    private void ask(LinkState there, LinkState back) {
        long arrival = scheduler.nowNanos() + there.drawDelayNanos();
        boolean lost = there.chance(there.quality().loss())
                || back.chance(back.quality().loss());
        scheduler.schedule(EventKind.NETWORK, null, arrival, () -> {
            if (runtime.isAlive()) {
                arrive(there, back, lost);
            }
        });
    }

    private void arrive(LinkState there, LinkState back, boolean lost) {
        SimulatedNode node = there.to;
        if (lost || there.isCut() || back.isCut() || !node.powered()) {
            retry(there, back);
            return;
        }
        long answer = scheduler.nowNanos() + back.drawDelayNanos();
        SimulatedRuntime far = node.current();
        Acceptor acceptor = far == null ? null : far.nodeTransport().listener(target.getPort());
        if (far == null || acceptor == null || network.refuses(node)) {
            fail(answer, CloseReason.REFUSED, "nothing listens at " + target);
            return;
        }
        open(far, acceptor, answer);
    }

    private void retry(LinkState there, LinkState back) {
        long next = scheduler.nowNanos() + RETRY_NANOS;
        if (next >= deadlineNanos) {
            fail(deadlineNanos, CloseReason.UNREACHABLE, "no answer from " + target + " within 2 s");
        } else {
            scheduler.schedule(EventKind.NETWORK, null, next, () -> {
                if (runtime.isAlive()) {
                    ask(there, back);
                }
            });
        }
    }

    private void open(SimulatedRuntime far, Acceptor acceptor, long answer) {
        SimulatedConnection near = new SimulatedConnection(network, runtime, target);
        SimulatedConnection accepted = new SimulatedConnection(network, far, local);
        SimulatedConnection.join(network, near, accepted);
        near.handler(handler);
        runtime.nodeTransport().add(near);
        far.nodeTransport().add(accepted);
        scheduler.schedule(EventKind.CONNECTION, far, scheduler.nowNanos(), () -> {
            @Nullable ConnectionHandler by = accepted.isEnded() ? null : acceptor.accept(local);
            if (by != null) {
                accepted.opened(by);
            } else {
                accepted.tellClosed();
            }
        });
        scheduler.schedule(EventKind.CONNECTION, runtime, answer, () -> near.opened(handler));
    }

    private void fail(long atNanos, CloseReason reason, String detail) {
        runtime.nodeTransport().dialFailed(handler, atNanos, reason, detail);
    }
}
