package io.holdfast.autoscale.node;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A target that a test has do what it should not. */
final class HandTarget implements ScalingTarget {
    Supplier<@Nullable List<Instance>> instances = () -> List.of(running(HandNode.ID));
    final List<String> orders = new ArrayList<>();
    int looks;

    static Instance running(String node) {
        return new Instance(node, Instance.State.RUNNING, "");
    }

    @Override
    public String name() {
        return "hand";
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(true, Capabilities.Removal.ANY, false);
    }

    @Override
    @SuppressWarnings("NullAway") // a user's may
    public List<Instance> instances() {
        looks++;
        return instances.get();
    }

    @Override
    public void start(StartOrder order) {
        orders.add(order.action());
    }

    @Override
    public void stop(StopOrder order) {
        orders.add(order.action());
    }
}
