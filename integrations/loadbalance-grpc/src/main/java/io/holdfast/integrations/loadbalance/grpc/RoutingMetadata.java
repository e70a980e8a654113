package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.Metadata;
import io.holdfast.loadbalance.RoutingHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link RoutingHeaders} as gRPC's metadata: the same names in lower case. */
final class RoutingMetadata {
    static final Metadata.Key<String> REFUSED = key(RoutingHeaders.REFUSED);
    static final Metadata.Key<String> POSITION = key(RoutingHeaders.POSITION);
    private static final List<Metadata.Key<String>> OF_REQUESTS = List.of(
            key(RoutingHeaders.FENCE),
            key(RoutingHeaders.MAX_LAG),
            key(RoutingHeaders.MAX_LAG_ENTRIES),
            key(RoutingHeaders.AT_LEAST));

    private RoutingMetadata() {}

    static Metadata.Key<String> key(String header) {
        return Metadata.Key.of(header.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
    }

    static @Nullable String get(Metadata metadata, String header) {
        return metadata.get(key(header));
    }

    /** In place of those of an earlier try. */
    static void replace(Metadata metadata, Map<String, String> headers) {
        OF_REQUESTS.forEach(metadata::discardAll);
        headers.forEach((name, value) -> metadata.put(key(name), value));
    }
}
