package io.holdfast.autoscale.target;

import io.holdfast.autoscale.Capabilities;
import io.holdfast.autoscale.Capabilities.Removal;
import io.holdfast.autoscale.Instance;
import io.holdfast.autoscale.Instance.State;
import io.holdfast.autoscale.ScalingTarget;
import io.holdfast.autoscale.ScalingTargetException;
import io.holdfast.autoscale.StartOrder;
import io.holdfast.autoscale.StopOrder;
import io.holdfast.core.FencingToken;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A target behind commands; what they are is told by {@code CommandTarget}.
 *
 * @param name of the target
 * @param capabilities as the user says
 * @param list tells what there is
 * @param starting starts nodes
 * @param stopping stops one
 * @param environment variables of all three
 * @param limit how long each may take
 */
public record CommandOrders(
        String name,
        Capabilities capabilities,
        CommandLine list,
        CommandLine starting,
        CommandLine stopping,
        Map<String, String> environment,
        Duration limit)
        implements ScalingTarget {

    @Override
    public List<Instance> instances() throws ScalingTargetException, InterruptedException {
        return InstanceLines.parse(run(list, Map.of(), List.of()));
    }

    @Override
    public void start(StartOrder order) throws ScalingTargetException, InterruptedException {
        if (order.nodes().isEmpty() == capabilities.takesNames()) {
            throw ScalingTargetException.lasting(
                    name + (capabilities.takesNames() ? " is to be given names" : " takes no names")
                            + ", and was given " + order.nodes(),
                    null);
        }
        Map<String, String> values = values(order.action(), order.token(), order.size());
        if (!starting.has("node")) {
            run(starting, values, order.nodes());
            return;
        }
        for (String node : order.nodes()) {
            values.put("node", node);
            run(starting, values, List.of(node));
        }
    }

    @Override
    public void stop(StopOrder order) throws ScalingTargetException, InterruptedException {
        if (capabilities.removal() == Removal.HIGHEST_ORDINAL && !isHighest(order.node())) {
            return;
        }
        Map<String, String> values = values(order.action(), order.token(), order.size());
        values.put("node", order.node());
        run(stopping, values, List.of(order.node()));
    }

    /** False if it is not there: who has only the last one removed would remove another in its place. */
    private boolean isHighest(String node) throws ScalingTargetException, InterruptedException {
        List<Instance> there = instances().stream()
                .filter(instance -> instance.state() != State.STOPPING)
                .toList();
        if (there.stream().noneMatch(instance -> instance.node().equals(node))) {
            return false;
        }
        String highest = there.stream()
                .map(Instance::node)
                .max(Comparator.comparing(CommandOrders::ordinal))
                .orElse(node);
        if (ordinal(node).compareTo(ordinal(highest)) < 0) {
            throw ScalingTargetException.lasting(
                    name + " can stop only the highest, " + highest + ", and not " + node, null);
        }
        return true;
    }

    /** The number at the end of a name; -1 if there is none. */
    private static BigInteger ordinal(String node) {
        String digits = node.replaceAll("^.*?(\\d*)$", "$1");
        return digits.isEmpty() ? BigInteger.ONE.negate() : new BigInteger(digits);
    }

    private static Map<String, String> values(String action, FencingToken token, int size) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("action", action);
        values.put("token", Long.toString(token.value()));
        values.put("size", Integer.toString(size));
        return values;
    }

    private String run(CommandLine command, Map<String, String> values, List<String> nodes)
            throws ScalingTargetException, InterruptedException {
        Map<String, String> variables = new LinkedHashMap<>(environment);
        values.forEach((word, value) -> variables.put("HOLDFAST_" + word.toUpperCase(Locale.ROOT), value));
        if (!nodes.isEmpty()) {
            variables.put("HOLDFAST_NODES", String.join(",", nodes));
        }
        return CommandRun.run(command.filled(values, nodes), variables, limit);
    }
}
