package io.holdfast.core;

import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.RunningFeature;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A feature that writes down what is done to it, and fails where it is told to. */
final class FakeFeature implements HaFeature {
    final List<String> events;
    volatile @Nullable Part part;
    Runnable onCreate = () -> {};
    Runnable onOpen = () -> {};
    Runnable onStart = () -> {};
    Runnable onClose = () -> {};
    Supplier<CompletionStage<Void>> onLeave = () -> CompletableFuture.completedFuture(null);

    @Nullable
    Inspectable inspectable;

    boolean readyAtStart = true;
    boolean answersStop = true;
    boolean throwsAtStop;

    private final String name;

    FakeFeature(String name) {
        this(name, new CopyOnWriteArrayList<>());
    }

    FakeFeature(String name, List<String> events) {
        this.name = name;
        this.events = events;
    }

    FeatureContext context() {
        Part running = part;
        if (running == null) {
            throw new IllegalStateException(name + " was not created");
        }
        return running.context;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void validate(Settings settings) {
        events.add("validate " + name + " " + settings.clusterName() + " "
                + settings.node().id() + " " + settings.standalone());
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        events.add("create " + name);
        onCreate.run();
        Part made = new Part(context);
        part = made;
        return made;
    }

    /** What a user of the feature looks for. */
    interface Greeter {
        String greet();
    }

    final class Part implements RunningFeature, Greeter {
        final FeatureContext context;
        volatile @Nullable Runnable stopped;

        Part(FeatureContext context) {
            this.context = context;
        }

        @Override
        public String greet() {
            return "hello from " + name;
        }

        @Override
        public void open() {
            events.add("open " + name);
            onOpen.run();
        }

        @Override
        public void start() {
            events.add("start " + name + " at port "
                    + context.node().advertisedAddress().port()
                    + (context.runtime().loop().inEventLoop() ? "" : " OFF LOOP"));
            onStart.run();
            if (readyAtStart) {
                context.ready(true, "");
            }
        }

        @Override
        public CompletionStage<Void> leave(Duration limit) {
            events.add("leave " + name);
            return onLeave.get();
        }

        @Override
        public @Nullable Inspectable inspectable() {
            return inspectable;
        }

        @Override
        public void stop(Runnable done) {
            events.add("stop " + name + (context.runtime().loop().inEventLoop() ? "" : " OFF LOOP"));
            stopped = done;
            if (throwsAtStop) {
                throw new IllegalStateException("cannot stop");
            }
            if (answersStop) {
                done.run();
            }
        }

        @Override
        public void close() {
            events.add("close " + name);
            onClose.run();
        }
    }
}
