package io.holdfast.benchmarks.replication;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the command line says.
 *
 * @param benchmarks the directory that holds this module and the peers
 * @param quick a look: one repeat, shorter cells, and figures that replace no others
 * @param repeats how often, 0 for as often as is usual
 * @param systems who is measured, in this order
 */
record Options(Path benchmarks, boolean quick, int repeats, List<String> systems) {
    static Options parse(String[] args) {
        Path benchmarks = Path.of(args[0]);
        boolean quick = false;
        int repeats = 0;
        List<String> peers = Systems.PEERS;
        List<String> systems = null;
        for (int i = 1; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--repeats" -> repeats = Integer.parseInt(names(args, ++i).get(0));
                case "--peers" -> peers = names(args, ++i);
                case "--systems" -> systems = names(args, ++i);
                default -> throw new IllegalArgumentException("not known: " + args[i]);
            }
        }
        if (systems == null) {
            systems = new ArrayList<>(List.of(Systems.HOLDFAST));
            systems.addAll(Systems.FLOORS);
            systems.addAll(peers);
        } else if (systems.contains(Systems.FLOOR) && !systems.contains(Systems.FLOOR_THREADS)) {
            systems = new ArrayList<>(systems);
            systems.add(Systems.FLOOR_THREADS);
        }
        Systems known = new Systems(benchmarks);
        systems.forEach(known::get);
        return new Options(benchmarks, quick, repeats, List.copyOf(systems));
    }

    private static List<String> names(String[] args, int at) {
        if (at >= args.length) {
            throw new IllegalArgumentException(args[at - 1] + " needs names, such as a,b");
        }
        return args[at].isEmpty() ? List.of() : List.of(args[at].split(","));
    }

    /** Where directories of nodes go. */
    Path scratch() {
        return benchmarks.resolve("target/run").toAbsolutePath();
    }

    /** Where the rows of that benchmark are; a quick look's are not those that the page is made from. */
    Path rows(String benchmark) {
        return benchmarks.resolve(quick ? "target/quick" : "results").resolve(benchmark + ".json");
    }
}
