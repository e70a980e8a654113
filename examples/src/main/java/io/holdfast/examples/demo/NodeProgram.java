package io.holdfast.examples.demo;

import java.util.List;
import java.util.function.Consumer;

/**
 * What the node processes run.
 *
 * @param main takes the node's id, port and directory, then {@code arguments}, then the bootstrap list
 * @param arguments of its own
 * @param events is given the lines that begin with {@link NodeEvent#MARK}, without it, on any thread
 */
record NodeProgram(Class<?> main, List<String> arguments, Consumer<String> events) {
    static NodeProgram plain() {
        return new NodeProgram(DemoNode.class, List.of(), line -> {});
    }
}
