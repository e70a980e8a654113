package io.holdfast.verification.torture;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a {@link TortureNode} is started with, as its arguments.
 *
 * @param id its id
 * @param directory of its log
 * @param bind where it listens
 * @param links by which it reaches the others; none where their names can be looked up
 * @param losesUnforced whether its death takes what was not forced
 * @param leaseReads {@code LogReplication.leaseReads()}
 * @param store where the store is that checks tokens
 * @param grants the file that it writes its grants to
 * @param voters all node ids
 */
record NodeOptions(
        String id,
        Path directory,
        InetSocketAddress bind,
        Map<String, InetSocketAddress> links,
        boolean losesUnforced,
        boolean leaseReads,
        InetSocketAddress store,
        Path grants,
        List<String> voters) {

    /** How many arguments it makes. */
    static final int ARGUMENTS = 8;

    /** As arguments. */
    List<String> encode() {
        return List.of(
                id,
                directory.toString(),
                LinkResolver.encode(Map.of("self", bind, "store", store)),
                LinkResolver.encode(links),
                Boolean.toString(losesUnforced),
                Boolean.toString(leaseReads),
                grants.toString(),
                String.join(",", voters));
    }

    /** The same, read again. */
    static NodeOptions decode(String[] args) {
        Map<String, InetSocketAddress> places = LinkResolver.decode(args[2]);
        return new NodeOptions(
                args[0],
                Path.of(args[1]),
                places.get("self"),
                LinkResolver.decode(args[3]),
                Boolean.parseBoolean(args[4]),
                Boolean.parseBoolean(args[5]),
                places.get("store"),
                Path.of(args[6]),
                Arrays.asList(args[7].split(",")));
    }

    /** The arguments of {@code bootstrap}. */
    String[] bootstrap() {
        return voters.stream()
                .map(voter -> voter + "@" + LinkResolver.advertised(voter))
                .toArray(String[]::new);
    }
}
