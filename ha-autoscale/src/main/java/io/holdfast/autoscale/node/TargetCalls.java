package io.holdfast.autoscale.node;

import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.decide.UserCode;
import io.holdfast.autoscale.fleet.FleetInput;
import io.holdfast.core.runtime.Worker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls of the target, one at a time on a thread of their own: it is the user's, and may hang, throw what it likes, and answer nonsense.
 * Safe from any thread.
 */
final class TargetCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TargetCalls.class);

    private final String node;
    private final String target;
    private final Worker thread;
    private String warnedOf = ""; // of the thread

    TargetCalls(String node, String target, Worker thread) {
        this.node = node;
        this.target = target;
        this.thread = thread;
    }

    @FunctionalInterface
    interface Call {
        FleetInput call() throws ScalingTargetException, InterruptedException;
    }

    @FunctionalInterface
    interface Failure {
        FleetInput of(String reason, boolean lasting);
    }

    /**
     * Calls it when those before have returned.
     *
     * @param still whether it is still to be called by then; safe from any thread
     * @param heard is given what came of it, on the target's thread
     */
    void call(BooleanSupplier still, Call call, Failure failure, Consumer<FleetInput> heard) {
        thread.execute(() -> heard.accept(
                still.getAsBoolean()
                        ? called(call, failure)
                        : failure.of("it waited for the target, and is not to be done any more", false)));
    }

    private FleetInput called(Call call, Failure failure) {
        try {
            FleetInput came = call.call();
            warnedOf = "";
            return came;
        } catch (ScalingTargetException failed) {
            @Nullable String message = failed.getMessage();
            return failure.of(message == null ? failed.toString() : message, failed.isLasting());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return failure.of("it was interrupted", false);
        } catch (Throwable failed) {
            UserCode.passOn(failed);
            String text = UserCode.text(failed);
            if (!text.equals(warnedOf)) {
                LOG.warn("{}: the target {} failed", node, target, failed);
            }
            warnedOf = text;
            return failure.of(text, false);
        }
    }

    /** What the target says is there, if it can be gone by. */
    static List<Instance> checked(@Nullable List<Instance> found) {
        if (found == null) {
            throw new IllegalStateException("the target answered with null instead of its instances");
        }
        List<Instance> instances = new ArrayList<>(found);
        Set<String> names = new HashSet<>();
        for (@Nullable Instance one : instances) {
            if (one == null
                    || one.node() == null
                    || one.node().isBlank()
                    || one.state() == null
                    || one.detail() == null) {
                throw new IllegalStateException("the target answered with an instance that lacks something: " + one);
            }
            if (!names.add(one.node())) {
                throw new IllegalStateException("the target answered with two instances called " + one.node());
            }
        }
        return instances;
    }

    @Override
    public void close() {
        thread.close();
    }
}
