package io.holdfast.examples.shop;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the nodes of a shop are: on this host, by their numbers. The first three form the cluster.
 *
 * @param directory holds everything, the backups too
 * @param firstPort node N uses the port N - 1 above it, and serves HTTP {@value #HTTP} above that
 * @param most how many nodes there may be
 * @param perNode how many requests a second are a node's share
 */
record ShopSettings(Path directory, int firstPort, int most, double perNode) {
    /** How far the HTTP ports are from the nodes' own. */
    static final int HTTP = 100;

    private static final int FOUNDERS = 3;

    static ShopSettings parse(String... args) {
        return new ShopSettings(
                Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]), Double.parseDouble(args[3]));
    }

    List<String> arguments() {
        return List.of(directory.toString(), "" + firstPort, "" + most, "" + perNode);
    }

    static int number(String node) {
        return Integer.parseInt(node.substring("node-".length()));
    }

    String address(int number) {
        return "127.0.0.1:" + (firstPort + number - 1);
    }

    int httpPort(int number) {
        return firstPort + HTTP + number - 1;
    }

    boolean isFounder(int number) {
        return number <= FOUNDERS;
    }

    String[] founders() {
        return IntStream.rangeClosed(1, FOUNDERS).mapToObj(this::address).toArray(String[]::new);
    }

    String[] bootstrap() {
        return IntStream.rangeClosed(1, FOUNDERS)
                .mapToObj(number -> "node-" + number + "@" + address(number))
                .toArray(String[]::new);
    }
}
