package io.holdfast.replication.node;

import io.holdfast.replication.StateSnapshot;
import io.holdfast.replication.locks.LockSnapshot;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.roles.RoleSnapshot;
import io.holdfast.replication.session.SessionSnapshot;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotWriter;
import io.holdfast.replication.structures.MapSnapshot;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A node's whole state at the end of one batch, which stays as it is while the node goes on: sessions too, without which a
 * command that is sent again would be applied again.
 *
 * @param configuration who belonged to the cluster then
 * @param roles the named roles, as {@link io.holdfast.replication.roles.RoleTable#snapshot} gives them
 * @param locks the locks, as {@link io.holdfast.replication.locks.LockTable#snapshot} gives them
 * @param user the user's machine's, null if there is none
 */
record AppliedState(
        SnapshotMeta meta,
        Configuration configuration,
        SessionSnapshot sessions,
        MapSnapshot maps,
        byte[] roles,
        byte[] locks,
        @Nullable StateSnapshot user)
        implements AutoCloseable {
    /** Numbers of the sections of a snapshot, part of its format. */
    static final int MEMBERS = 1;

    static final int SESSIONS = 2;
    static final int MAPS = 3;
    static final int USER = 4;
    static final int ROLES = 5;
    static final int LOCKS = 6;
    static final int MEMBERS_VERSION = 1;

    /** Writes all of it; the caller finishes the snapshot. Blocks. */
    void writeTo(SnapshotWriter snapshot) throws IOException {
        try (OutputStream out = snapshot.section(MEMBERS, MEMBERS_VERSION)) {
            out.write(configuration.encode());
        }
        try (OutputStream out = snapshot.section(SESSIONS, SessionSnapshot.VERSION)) {
            sessions.writeTo(out);
        }
        try (OutputStream out = snapshot.section(MAPS, maps.version())) {
            maps.writeTo(out);
        }
        if (user != null) {
            try (OutputStream out = snapshot.section(USER, user.version())) {
                user.writeTo(out);
            }
        }
        try (OutputStream out = snapshot.section(ROLES, RoleSnapshot.VERSION)) {
            out.write(roles);
        }
        try (OutputStream out = snapshot.section(LOCKS, LockSnapshot.VERSION)) {
            out.write(locks);
        }
    }

    @Override
    public void close() {
        maps.close();
        if (user != null) {
            user.close();
        }
    }
}
