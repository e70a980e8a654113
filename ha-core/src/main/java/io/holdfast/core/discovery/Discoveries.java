package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Makes discoveries from what people write. */
final class Discoveries {
    private static final int MOST = 256;

    private Discoveries() {}

    /** See {@link Discovery#of(List)}. */
    static Discovery of(List<String> seeds) {
        if (seeds.isEmpty()) {
            throw new IllegalArgumentException(
                    "no seeds: a node that knows nobody can join nobody; write for example \"10.0.0.1:7400\" or"
                            + " \"dns:shop.example:7400\"");
        }
        if (seeds.size() > MOST) {
            throw new IllegalArgumentException(seeds.size() + " seeds are more than " + MOST
                    + "; a few that are usually there are enough, since the others are learnt from them");
        }
        List<Discovery> parts = new ArrayList<>();
        for (String seed : seeds) {
            parts.add(one(seed.strip()));
        }
        return parts.size() == 1 ? parts.get(0) : new Together(parts);
    }

    /** One of what {@link Discovery#of(List)} lists. */
    private static Discovery one(String seed) {
        return seed.startsWith("file:") ? new FileSeeds(file(seed)) : line(seed);
    }

    /** What may stand in a file. */
    static Discovery line(String seed) {
        if (seed.startsWith("file:")) {
            throw new IllegalArgumentException("\"" + seed + "\" within a file is not followed; write its lines here");
        }
        if (seed.startsWith("dns:")) {
            return new NameSeeds(portKnown(seed, Address.parse(seed.substring(4))));
        }
        if (seed.startsWith("srv:")) {
            return new ServiceSeeds(serviceName(seed), SrvLookup.SYSTEM);
        }
        return new OneSeed(portKnown(seed, Address.parse(seed)));
    }

    private static Address portKnown(String seed, Address address) {
        if (address.port() == 0) {
            throw new IllegalArgumentException("seed \"" + seed + "\" has port 0, which cannot be dialled; write the"
                    + " port that the nodes bind, for example 7400");
        }
        return address;
    }

    private static String serviceName(String seed) {
        String name = seed.substring(4);
        if (!name.matches("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*\\.?") || name.length() > 253) {
            throw new IllegalArgumentException(
                    "\"" + seed
                            + "\" names no service; write for example srv:_holdfast._tcp.shop.example (the port is in the record)");
        }
        return name;
    }

    private static Path file(String seed) {
        String path = seed.substring(5);
        if (path.isBlank()) {
            throw new IllegalArgumentException(
                    "\"" + seed + "\" names no file; write for example file:/etc/shop/nodes");
        }
        return Path.of(path);
    }

    /** See {@link Discovery#by}. */
    static Discovery by(String description, Callable<List<Address>> find) {
        return new CalledSeeds(description, find);
    }
}
