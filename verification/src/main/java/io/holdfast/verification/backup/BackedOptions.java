package io.holdfast.verification.backup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link BackedNode} is given.
 *
 * @param id the node's
 * @param bind where it listens, {@code host:port}
 * @param directory its own
 * @param near the first layer
 * @param away the second layer
 * @param keyFile with which backups are encrypted
 * @param files a directory that is backed up as well; empty for none
 * @param segmentBytes of the log
 * @param bootstrap who forms the cluster, {@code node@host:port} each
 */
record BackedOptions(
        String id,
        String bind,
        Path directory,
        Path near,
        Path away,
        Path keyFile,
        String files,
        int segmentBytes,
        List<String> bootstrap) {
    private static final int BEFORE_BOOTSTRAP = 8;

    List<String> encode() {
        List<String> arguments = new ArrayList<>(List.of(
                id,
                bind,
                directory.toString(),
                near.toString(),
                away.toString(),
                keyFile.toString(),
                files,
                Integer.toString(segmentBytes)));
        arguments.addAll(bootstrap);
        return arguments;
    }

    static BackedOptions decode(String[] arguments) {
        return new BackedOptions(
                arguments[0],
                arguments[1],
                Path.of(arguments[2]),
                Path.of(arguments[3]),
                Path.of(arguments[4]),
                Path.of(arguments[5]),
                arguments[6],
                Integer.parseInt(arguments[7]),
                List.of(arguments).subList(BEFORE_BOOTSTRAP, arguments.length));
    }
}
