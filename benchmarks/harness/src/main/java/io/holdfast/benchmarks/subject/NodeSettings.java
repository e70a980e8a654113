package io.holdfast.benchmarks.subject;

import java.nio.file.Path;

/**
 * What one node of a system is told.
 *
 * @param id from 0
 * @param nodes how many there are
 * @param basePort the first of all nodes' ports
 * @param directory for the node's data, exists
 * @param memory a directory in memory, exists; removed after
 * @param forced whether a write is to be on the disks of a majority before it is acknowledged
 */
public record NodeSettings(
        int id, int nodes, int basePort, Path directory, Path memory, boolean forced, Profile profile) {
    /** How many each node may use. */
    public static final int PORTS_PER_NODE = 8;

    /** A port of a node's, by number from 0 to 7. */
    public int port(int node, int number) {
        return basePort + node * PORTS_PER_NODE + number;
    }

    /** The first port of a node, as host:port on loopback. */
    public String address(int node) {
        return "127.0.0.1:" + port(node, 0);
    }
}
