package io.holdfast.backup;

import io.holdfast.core.Address;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** {@code node://node-9@10.9.0.1:7400/srv/backups?maxGiB=500&allow=node-1;node-2&timeout=60s}. */
final class NodePlace {
    static final String SCHEME = "node";

    private static final String EXAMPLE = "node://node-9@10.9.0.1:7400/srv/backups";

    private NodePlace() {}

    static NodeRepository open(URI place) {
        String authority = place.getRawAuthority() == null ? "" : place.getRawAuthority();
        int at = authority.indexOf('@');
        String path = place.getPath();
        if (at < 1 || path == null || path.length() < 2 || place.getRawFragment() != null) {
            throw new IllegalArgumentException("no directory of a node; write for example " + EXAMPLE);
        }
        NodeRepository repository = NodeRepository.at(
                authority.substring(0, at), Address.parse(authority.substring(at + 1)), Path.of(path));
        String query = place.getQuery();
        if (query == null) {
            return repository;
        }
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String value = pair.substring(equals + 1);
            String key = equals < 0 ? "" : pair.substring(0, equals);
            if (key.equals("maxGiB") && value.matches("[1-9]\\d{0,6}")) {
                repository = repository.maxBytes(Long.parseLong(value) << 30);
            } else if (key.equals("allow") && !value.isEmpty()) {
                repository = repository.allow(value.split(";", -1));
            } else if (key.equals("timeout") && value.matches("\\d{1,3}s")) {
                repository = repository.timeout(Duration.parse("PT" + value));
            } else {
                throw new IllegalArgumentException("behind " + EXAMPLE
                        + "? may be maxGiB=500, allow=node-1;node-2 and timeout=60s; this is none of them: "
                        + ObjectNames.printable(pair));
            }
        }
        return repository;
    }
}
