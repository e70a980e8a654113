package io.holdfast.core;

import io.holdfast.core.spi.Inspectable;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Says of whether a node may be stopped what the test says. */
final class FakeInspectable implements Inspectable {
    private final Map<String, Address> nodes;
    private final Function<String, SafeToStop> advice;

    FakeInspectable(Map<String, Address> nodes, Function<String, SafeToStop> advice) {
        this.nodes = nodes;
        this.advice = advice;
    }

    @Override
    public Map<String, Object> inspect() {
        return Map.of();
    }

    @Override
    public List<Explanation.Finding> explain() {
        return List.of();
    }

    @Override
    public SafeToStop safeToStop(String nodeId) {
        return advice.apply(nodeId);
    }

    @Override
    public Map<String, Address> nodes() {
        return nodes;
    }
}
