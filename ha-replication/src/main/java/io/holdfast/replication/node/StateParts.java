package io.holdfast.replication.node;

import io.holdfast.replication.locks.LockTable;
import io.holdfast.replication.roles.RoleTable;
import io.holdfast.replication.structures.MapMachine;
import java.util.Map;

/** What the built-in machines' states are called where their hashes are told to others than voters; part of what backups' drills store. */
final class StateParts {
    private StateParts() {}

    static Map<String, Long> hashes(MapMachine maps, RoleTable roles, LockTable locks) {
        return Map.of("maps", maps.hash(), "roles", roles.hash(), "locks", locks.hash());
    }
}
