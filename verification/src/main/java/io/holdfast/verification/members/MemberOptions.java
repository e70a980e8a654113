package io.holdfast.verification.members;

import io.holdfast.core.KeyRing;
import io.holdfast.verification.process.Loopback;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link MemberNode} is started with, as its arguments.
 *
 * @param bind where it listens, by TCP and by UDP
 * @param seeds of gossip, and of a log that is joined
 * @param directory of its log; null for none
 * @param bootstrap the nodes that form the log's cluster, {@code id@host:port} each; none for one that joins it
 */
record MemberOptions(
        String id,
        InetSocketAddress bind,
        List<InetSocketAddress> seeds,
        @Nullable Path directory,
        List<String> bootstrap) {
    static final String CLUSTER = "members";
    /** What all members share. */
    static final KeyRing.Source KEYS = KeyRing.of("8c1f0b5e7a3d4296e0c8b7a1f2d3645990817263544f3e2d1c0bfaebdccd0e1f")
            .always();

    private static final String NONE = "-";

    List<String> encode() {
        return List.of(
                id,
                Loopback.text(bind),
                String.join(",", seedTexts()),
                directory == null ? NONE : directory.toString(),
                bootstrap.isEmpty() ? NONE : String.join(",", bootstrap));
    }

    static MemberOptions decode(String[] args) {
        return new MemberOptions(
                args[0],
                address(args[1]),
                Arrays.stream(args[2].split(",")).map(MemberOptions::address).toList(),
                args[3].equals(NONE) ? null : Path.of(args[3]),
                args[4].equals(NONE) ? List.of() : List.of(args[4].split(",")));
    }

    String[] seedTexts() {
        return seeds.stream().map(Loopback::text).toArray(String[]::new);
    }

    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }
}
