package io.holdfast.replication.node;

import io.holdfast.replication.StateMachine;
import io.holdfast.replication.locks.LockTable;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.roles.RoleTable;
import io.holdfast.replication.session.SessionSnapshot;
import io.holdfast.replication.snapshot.SnapshotFile;
import io.holdfast.replication.snapshot.SnapshotMeta;
import io.holdfast.replication.snapshot.SnapshotReader;
import io.holdfast.replication.structures.MapMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * A snapshot on disk, to take the state from: the built-in part and the user's, each on the thread that it belongs to. Blocks.
 */
record StoredState(SnapshotFile file) {

    /** What is not the user's machine's. */
    record BuiltIn(
            SnapshotMeta meta,
            Configuration configuration,
            SessionSnapshot sessions,
            MapMachine maps,
            RoleTable roles,
            LockTable locks) {}

    /** Who belonged to the cluster when the snapshot was taken. Blocks. */
    static Configuration configuration(SnapshotFile file) throws IOException {
        return file.read(StoredState::configuration);
    }

    static Configuration configuration(SnapshotReader snapshot) throws IOException {
        require(snapshot, AppliedState.MEMBERS);
        if (snapshot.nextVersion() != AppliedState.MEMBERS_VERSION) {
            throw new IOException(
                    "its configuration has version " + snapshot.nextVersion() + ": start the release that wrote it");
        }
        try {
            return Configuration.decode(ByteBuffer.wrap(snapshot.section().readAllBytes()));
        } catch (IllegalArgumentException e) {
            throw new IOException("its configuration cannot be read: " + e.getMessage(), e);
        }
    }

    /** @param withUser whether a machine is there to take its part */
    BuiltIn builtIn(boolean withUser) {
        try {
            return file.read(snapshot -> builtIn(snapshot, withUser));
        } catch (IOException e) {
            throw new UncheckedIOException("no state can be taken from snapshot " + file.path(), e);
        }
    }

    private BuiltIn builtIn(SnapshotReader snapshot, boolean withUser) throws IOException {
        Configuration configuration = configuration(snapshot);
        require(snapshot, AppliedState.SESSIONS);
        SessionSnapshot sessions = SessionSnapshot.read(snapshot.nextVersion(), snapshot.section());
        require(snapshot, AppliedState.MAPS);
        MapMachine maps = new MapMachine();
        maps.restore(snapshot.nextVersion(), snapshot.section());
        if (snapshot.skipTo(AppliedState.USER) && !withUser) {
            throw new IOException(
                    "it holds the state of a state machine, and none is registered; add LogReplication.stateMachine(...)");
        }
        RoleTable roles = new RoleTable();
        if (snapshot.skipTo(AppliedState.ROLES)) { // there were none before
            roles.restore(snapshot.nextVersion(), snapshot.section());
        }
        LockTable locks = new LockTable();
        if (snapshot.skipTo(AppliedState.LOCKS)) { // there were none before
            locks.restore(snapshot.nextVersion(), snapshot.section());
        }
        snapshot.skipTo(AppliedState.LOCKS + 1);
        if (snapshot.nextSection() != 0) {
            throw new IOException("its section " + snapshot.nextSection()
                    + " is not known to this release: start the release that wrote it");
        }
        return new BuiltIn(snapshot.meta(), configuration, sessions, maps, roles, locks);
    }

    static void require(SnapshotReader snapshot, int section) throws IOException {
        if (!snapshot.skipTo(section)) {
            throw new IOException("its section " + section + " is missing");
        }
    }

    /** Gives the user's machine its part; nothing if there was no machine when the snapshot was taken. */
    void restore(StateMachine machine) {
        try {
            file.read(snapshot -> {
                if (snapshot.skipTo(AppliedState.USER)) {
                    machine.restore(snapshot.nextVersion(), snapshot.section());
                }
                return machine;
            });
        } catch (IOException e) {
            throw new UncheckedIOException("the state machine cannot take its state from snapshot " + file.path(), e);
        }
    }
}
