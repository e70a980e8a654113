package io.holdfast.replication.structures;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of which map a command names, whatever becomes of them.
 *
 * @param map the map's name
 * @param keys null stands for all keys of the map
 */
@SuppressWarnings("ArrayRecordComponent") // of use once
public record MapTouches(byte[] map, List<byte @Nullable []> keys) {
    /**
     * Reads a command.
     *
     * @return null if the machine would refuse it, and change nothing
     */
    public static @Nullable MapTouches of(ByteBuffer command) {
        CommandReader in = new CommandReader(command);
        try {
            int op = in.unsignedByte("the operation");
            ByteBuffer view = in.name();
            byte[] map = new byte[view.remaining()];
            view.duplicate().get(map);
            return new MapTouches(map, keys(op, in));
        } catch (IllegalArgumentException refused) {
            return null;
        }
    }

    private static List<byte @Nullable []> keys(int op, CommandReader in) {
        List<byte @Nullable []> keys = new ArrayList<>(1);
        switch (op) {
            case MapCommands.PUT,
                    MapCommands.GET_AND_PUT,
                    MapCommands.PUT_IF_ABSENT,
                    MapCommands.REPLACE,
                    MapCommands.COMPARE_AND_SET,
                    MapCommands.ADD -> keys.add(in.bytes("the key"));
            case MapCommands.PUT_EXPIRING -> {
                long unused = in.timeToLive();
                keys.add(in.bytes("the key"));
            }
            case MapCommands.REMOVE, MapCommands.GET_AND_REMOVE -> keys.add(in.rest());
            case MapCommands.CLEAR -> {
                in.end();
                keys.add(null);
            }
            case MapCommands.BATCH ->
                BatchedChange.readAll(in)
                        .forEach(change -> keys.add(change.op() == MapCommands.CLEAR ? null : change.key()));
            default -> throw new IllegalArgumentException("map command " + op + " is not known to this version");
        }
        return keys;
    }
}
