package io.holdfast.replication.node;

import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.replication.session.Commands;
import io.holdfast.replication.structures.MapCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The records that features keep in the replicated state: a map that no user's is called like. */
final class FeatureRecords {
    /** Shown to whoever lists the maps; written by features alone. */
    private static final byte[] ID = ReplicatedState.RECORDS.getBytes(StandardCharsets.UTF_8);

    private static final int MOST_BYTES = 1 << 20;

    private final Commands commands;

    /** @param commands whose answers say that they are on a majority's disks */
    FeatureRecords(Commands commands) {
        this.commands = commands;
    }

    CompletableFuture<Optional<byte[]>> read(String name, Duration limit) {
        return commands.readAsync(Commands.MAPS, MapCommands.get(ID, key(name)), limit.toNanos())
                .thenApply(answer -> Optional.ofNullable(MapCommands.optional(answer)));
    }

    CompletableFuture<Boolean> replace(String name, Optional<byte[]> expected, byte[] value, Duration limit) {
        if (value.length > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "the record " + name + " has " + value.length + " bytes; " + MOST_BYTES + " are allowed");
        }
        return commands.writeAsync(
                        Commands.MAPS,
                        MapCommands.compareAndSet(ID, key(name), expected.orElse(null), value),
                        limit.toNanos())
                .thenApply(MapCommands::flag);
    }

    private static byte[] key(String name) {
        if (!name.matches("[A-Za-z0-9.-]{1,64}")) {
            throw new IllegalArgumentException(
                    "a record called \"" + name + "\" is not allowed; use 1 to 64 letters, digits, dots and hyphens");
        }
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
