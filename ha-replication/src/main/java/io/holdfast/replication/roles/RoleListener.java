package io.holdfast.replication.roles;

/** Hears what becomes of roles, as entries are applied. */
public interface RoleListener {
    /** Who holds a role, or who should, has changed; or all of them may have, by a snapshot. */
    void changed();
}
