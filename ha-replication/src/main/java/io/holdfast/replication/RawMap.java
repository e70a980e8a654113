package io.holdfast.replication;

import io.holdfast.replication.session.Commands;
import io.holdfast.replication.session.Freshness;
import io.holdfast.replication.session.Poll;
import io.holdfast.replication.structures.MapCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A map of bytes: where commands go, and until when. Immutable. */
final class RawMap {
    private static final String KEPT = "holdfast.";

    private final Commands commands;
    private final String name;
    private final byte[] id;
    private final long timeoutNanos;

    RawMap(Commands commands, String name, long timeoutNanos) {
        this(commands, name, StringCodec.INSTANCE.encode(name), timeoutNanos);
        if (name.isBlank() || id.length > MapCommands.MAX_NAME) {
            throw new IllegalArgumentException("a map's name has 1 to " + MapCommands.MAX_NAME
                    + " bytes in UTF-8, not all blank; \"" + name + "\" has " + id.length);
        }
    }

    private RawMap(Commands commands, String name, byte[] id, long timeoutNanos) {
        this.commands = commands;
        this.name = name;
        this.id = id;
        this.timeoutNanos = timeoutNanos;
    }

    /** @throws IllegalArgumentException if the library keeps maps of its own under such names */
    static void checkIsUsers(String name) {
        if (name.startsWith(KEPT) && !name.equals(ReplicatedCounter.MAP)) {
            throw new IllegalArgumentException("the map \"" + name + "\" is not for users: names that begin with "
                    + KEPT + " are Holdfast's own; call it for example \"" + name.substring(KEPT.length()) + "\"");
        }
    }

    RawMap withTimeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "the timeout " + timeout + " for the map \"" + name + "\" is not positive");
        }
        return new RawMap(commands, name, id, nanos(timeout));
    }

    RawMap reading(Freshness freshness) {
        return new RawMap(commands.reading(freshness), name, id, timeoutNanos);
    }

    String name() {
        return name;
    }

    /** The name as commands carry it. */
    byte[] id() {
        return id;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    byte[] write(byte[] command) {
        return write(command, timeoutNanos);
    }

    /** Only commands without a result can do with less. */
    RawMap acknowledged(Acknowledgement acknowledgement) {
        boolean storedOnly = acknowledgement == Acknowledgement.MASTER;
        Commands other = commands.acknowledged(storedOnly);
        boolean wrap = storedOnly && !(other instanceof WithoutResults);
        return new RawMap(wrap ? new WithoutResults(other) : other, name, id, timeoutNanos);
    }

    byte[] write(byte[] command, long nanos) {
        return commands.write(Commands.MAPS, command, nanos);
    }

    byte[] read(byte[] request) {
        return read(request, timeoutNanos);
    }

    byte[] read(byte[] request, long nanos) {
        return commands.read(Commands.MAPS, request, nanos);
    }

    <T extends @Nullable Object> CompletableFuture<T> writeAsync(byte[] command, Function<byte[], T> answer) {
        return then(commands.writeAsync(Commands.MAPS, command, timeoutNanos), answer);
    }

    <T extends @Nullable Object> CompletableFuture<T> readAsync(byte[] request, Function<byte[], T> answer) {
        return then(commands.readAsync(Commands.MAPS, request, timeoutNanos), answer);
    }

    void watch(Poll poll) {
        commands.poll(Commands.CHANGES, poll);
    }

    Stream<Map.Entry<byte[], byte[]>> scan(byte[] prefix) {
        int properties = Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL;
        return StreamSupport.stream(
                () -> Spliterators.spliteratorUnknownSize(new ScanIterator(this, prefix), properties),
                properties,
                false);
    }

    /** For answers that say no more than that they are there. */
    static @Nullable Void nothing(byte[] answer) {
        return null;
    }

    /** A future that fails with the exception itself and not, as dependent stages do, with one around it. */
    private static <T extends @Nullable Object> CompletableFuture<T> then(
            CompletableFuture<byte[]> source, Function<byte[], T> answer) {
        CompletableFuture<T> result = new CompletableFuture<>();
        var unused = source.thenApply(answer).whenComplete((value, error) -> {
            if (error == null) {
                result.complete(value);
            } else {
                Throwable cause = error instanceof CompletionException ? error.getCause() : null;
                result.completeExceptionally(cause == null ? error : cause);
            }
        });
        return result;
    }

    private static long nanos(Duration timeout) {
        try {
            return timeout.toNanos();
        } catch (ArithmeticException tooLong) {
            return Long.MAX_VALUE; // more than 292 years
        }
    }
}
