package io.holdfast.examples.demo;

import io.holdfast.autoscale.JvmProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What all nodes of the sixth act are given: where each of them is, or would be, and what they have in common.
 *
 * @param ports where nodes talk to each other
 * @param http where they serve
 * @param data where everything goes
 * @param demo the demonstration's process, by {@link LifeLine}
 * @param most how many nodes there may be
 * @param founders as a bootstrap list has them
 */
record ScalePlan(NodePorts ports, NodePorts http, Path data, String demo, int most, List<String> founders) {
    /** Own ones of a node, which come first in its arguments: its id, its port and its directory. */
    static final int OWN_ARGUMENTS = 3;

    /** What a node is given behind its own, without the founders. */
    List<String> arguments() {
        return List.of(ports.argument(), http.argument(), data.toString(), demo, String.valueOf(most));
    }

    /** Reads a node's arguments. */
    static ScalePlan parse(List<String> arguments) {
        int at = OWN_ARGUMENTS;
        return new ScalePlan(
                NodePorts.parse(arguments.get(at)),
                NodePorts.parse(arguments.get(at + 1)),
                Path.of(arguments.get(at + 2)),
                arguments.get(at + 3),
                Integer.parseInt(arguments.get(at + 4)),
                List.copyOf(arguments.subList(at + 5, arguments.size())));
    }

    /** Where founders are reached by other nodes. */
    String[] seeds() {
        return ShapeNode.addresses(founders.toArray(new String[0]));
    }

    /** How many nodes come, and go. */
    int more() {
        return most - ScaleNode.LEAST;
    }

    boolean isFounder(String node) {
        return founders.stream().anyMatch(founder -> founder.startsWith(node + "@"));
    }

    /** Nodes that may come and go. */
    List<String> others() {
        return ports.byNode().keySet().stream().filter(node -> !isFounder(node)).toList();
    }

    Path directory(String node) {
        return data.resolve(node);
    }

    /** Where what the target keeps goes. */
    Path processes() {
        return data.resolve("processes");
    }

    /**
     * The target: nodes as processes of this host.
     *
     * @param grace how long one may take to stop
     */
    JvmProcesses target(Duration grace) {
        Function<String, List<String>> line = node -> {
            List<String> all = new ArrayList<>(List.of(
                    node, String.valueOf(ports.of(node)), directory(node).toString()));
            all.addAll(arguments());
            all.addAll(founders);
            return all;
        };
        List<String> options = new ArrayList<>(NodeSlot.JVM);
        options.add("-Dholdfast.log=INFO");
        return JvmProcesses.inDirectory(processes())
                .java(ScaleNode.class.getName(), System.getProperty("java.class.path"))
                .jvmOptions(node -> options)
                .arguments(line)
                .grace(grace);
    }
}
