package io.holdfast.examples.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * At which port of the loopback interface each node is reached.
 *
 * @param byNode by the node's id, in the nodes' order
 */
record NodePorts(Map<String, Integer> byNode) {
    /** Of {@code node-1}, {@code node-2} and so on. */
    static NodePorts of(List<Integer> ports) {
        Map<String, Integer> byNode = new LinkedHashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            byNode.put("node-" + (i + 1), ports.get(i));
        }
        return new NodePorts(byNode);
    }

    /** Reads what {@link #argument} gave. */
    static NodePorts parse(String argument) {
        Map<String, Integer> byNode = new LinkedHashMap<>();
        for (String each : argument.split(",", -1)) {
            String[] node = each.split("=", 2);
            byNode.put(node[0], Integer.valueOf(node[1]));
        }
        return new NodePorts(byNode);
    }

    /** For a command line. */
    String argument() {
        return byNode.entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(","));
    }

    int of(String node) {
        return Objects.requireNonNull(byNode.get(node), () -> node + " is not in " + this);
    }

    /** Who is reached there; a name that says it if nobody does. */
    String at(int port) {
        return byNode.entrySet().stream()
                .filter(each -> each.getValue() == port)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("port " + port);
    }
}
