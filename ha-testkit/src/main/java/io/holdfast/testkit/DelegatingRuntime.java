package io.holdfast.testkit;

import io.holdfast.core.runtime.Clock;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Resolver;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Transport;
import io.holdfast.core.runtime.Worker;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** A runtime whose parts are another one's; subclasses put something between. */
public abstract class DelegatingRuntime implements NodeRuntime {
    private final NodeRuntime real;

    /** Owns {@code real}. */
    protected DelegatingRuntime(NodeRuntime real) {
        this.real = real;
    }

    @Override
    public Clock clock() {
        return real.clock();
    }

    @Override
    public EventLoop loop() {
        return real.loop();
    }

    @Override
    public Worker newWorker(String name) {
        return real.newWorker(name);
    }

    @Override
    public Transport transport() {
        return real.transport();
    }

    @Override
    public Datagrams datagrams() {
        return real.datagrams();
    }

    @Override
    public Resolver resolver() {
        return real.resolver();
    }

    @Override
    public Storage storage() {
        return real.storage();
    }

    @Override
    public RandomGenerator random() {
        return real.random();
    }

    @Override
    public void onFailure(Consumer<Throwable> handler) {
        real.onFailure(handler);
    }

    @Override
    public void close() {
        real.close();
    }
}
