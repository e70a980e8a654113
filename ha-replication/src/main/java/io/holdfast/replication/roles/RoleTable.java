package io.holdfast.replication.roles;

import io.holdfast.replication.roles.RoleCommand.Enlist;
import io.holdfast.replication.roles.RoleCommand.Leave;
import io.holdfast.replication.roles.RoleCommand.Release;
import io.holdfast.replication.roles.RoleCommand.Renew;
import io.holdfast.replication.roles.RoleCommand.Stand;
import io.holdfast.replication.roles.RoleCommand.Withdraw;
import io.holdfast.replication.roles.RoleState.Candidate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The named roles of a cluster, as every node has them after the same entries: leases after Gray and Cheriton (1989) whose time is
 * that of the log. A node enlists, and renews one lease for all its roles; who holds a role is decided here, by all alike. A node
 * that has not renewed for its lease and a quarter is dead; its roles are free when its callbacks must have ended, too. One whose
 * process begins anew on the same disk frees them at once.
 *
 * <p>Malformed commands end with {@link IllegalArgumentException}, before anything is changed.
 */
public final class RoleTable {
    private static final int MAX_ROLES = 4_096;
    private static final int MAX_NODES = 1_024;
    private static final byte[] NO = new byte[8];
    private static final long NEVER = Long.MAX_VALUE;

    final TreeMap<String, Enlisted> nodes = new TreeMap<>();
    final TreeMap<String, RoleState> roles = new TreeMap<>();
    /** Of the entries that it knows; not part of its state. */
    private long lastIndex;

    private final RolePlacement placement = new RolePlacement(nodes);
    private RoleListener listener = () -> {};
    long lastToken;
    /** The role whose holder has been asked to hand it over, and until when that is waited for; empty if none has been. */
    String moving = "";

    long movingUntilNanos;
    /** When there is something to do for no other reason than that time has passed. */
    private long dueNanos = NEVER;

    /** Without any role. */
    public RoleTable() {}

    /** Whom to tell of changes from now on. */
    public void tell(RoleListener changes) {
        listener = changes;
    }

    /** True if at that time something has to be done. */
    public boolean isDue(long masterNanos) {
        return dueNanos <= masterNanos;
    }

    /** Tokens from now on are larger than that: a restore has begun a new epoch. To be called before each batch. */
    public void tokensAbove(long token) {
        lastToken = Math.max(lastToken, token);
    }

    /**
     * Does what is due. To be called before each batch.
     *
     * @param index the batch's first
     */
    public void passTime(long index, long masterNanos) {
        lastIndex = index - 1;
        if (isDue(masterNanos)) {
            settle(index, masterNanos);
        }
    }

    /** Applies one committed command, at the time of its batch, up to which {@link #passTime} has been called. */
    public byte[] apply(long index, long masterNanos, ByteBuffer bytes) {
        lastIndex = index;
        RoleCommand command = RoleCommand.decode(bytes);
        byte[] yes = ByteBuffer.allocate(8).putLong(index).array();
        if (command instanceof Enlist enlist) {
            if (enlist.before() != generationOf(enlist.node())) {
                return NO;
            }
            enlist(enlist, index, masterNanos);
            settle(index, masterNanos);
            return yes;
        }
        Enlisted node = nodes.get(command.node());
        if (node == null || node.generation != generation(command)) {
            return NO;
        }
        if (command instanceof Renew renew) {
            node.renewedNanos = masterNanos;
            if (node.health != renew.health()) {
                boolean atFirst = node.healthSinceNanos == node.sinceNanos && renew.health() < node.health;
                node.health = renew.health();
                if (!atFirst) { // that its checks have come to a first result is no recovery
                    node.healthSinceNanos = masterNanos;
                }
                settle(index, masterNanos);
            }
            return yes; // what is due comes later now, and is looked at when it was to come
        }
        if (command instanceof Stand stand) {
            stand(stand);
        } else if (command instanceof Withdraw withdraw) {
            withdraw(withdraw, masterNanos);
        } else if (command instanceof Release release) {
            release(release, index, masterNanos);
        } else if (command instanceof Leave leave) {
            free(leave.node(), masterNanos, false);
            nodes.remove(leave.node());
        }
        settle(index, masterNanos);
        return yes;
    }

    /** Under which number a node is enlisted; 0 if it is not. */
    public long generationOf(String node) {
        Enlisted enlisted = nodes.get(node);
        return enlisted == null ? 0 : enlisted.generation;
    }

    /** It has taken note of all entries up to there. */
    public long lastIndex() {
        return lastIndex;
    }

    private static long generation(RoleCommand command) {
        if (command instanceof Renew c) {
            return c.generation();
        } else if (command instanceof Stand c) {
            return c.generation();
        } else if (command instanceof Withdraw c) {
            return c.generation();
        } else if (command instanceof Release c) {
            return c.generation();
        } else if (command instanceof Leave c) {
            return c.generation();
        }
        throw new IllegalStateException("a command of an unknown kind: " + command);
    }

    private void enlist(Enlist command, long index, long now) {
        Enlisted before = nodes.get(command.node());
        if (before == null && nodes.size() >= MAX_NODES) {
            throw new IllegalArgumentException("there are " + MAX_NODES + " nodes with roles already");
        }
        if (before != null) {
            free(command.node(), before.deadNanos(), !before.diskId.equals(command.diskId()));
        }
        nodes.put(command.node(), new Enlisted(command.diskId(), index, command.leaseNanos(), now, command.health()));
    }

    private void stand(Stand command) {
        RoleState role = roles.get(command.role());
        if (role == null) {
            if (roles.size() >= MAX_ROLES) {
                throw new IllegalArgumentException("there are " + MAX_ROLES + " roles already");
            }
            role = new RoleState(command.role());
            roles.put(role.name, role);
        }
        role.candidates.put(command.node(), new Candidate(command.priority(), command.stopWithinNanos()));
    }

    private void withdraw(Withdraw command, long now) {
        RoleState role = roles.get(command.role());
        if (role != null && role.candidates.containsKey(command.node())) {
            if (role.holder.equals(command.node())) {
                vacate(role, now);
            }
            role.candidates.remove(command.node());
        }
    }

    private void release(Release command, long index, long now) {
        RoleState role = roles.get(command.role());
        if (role == null || !role.holder.equals(command.node()) || role.token != command.token()) {
            return; // it had been taken away before
        }
        Candidate candidate = Objects.requireNonNull(role.candidates.get(command.node()));
        candidate.pausedUntilNanos = now + command.pauseNanos();
        String to = command.to().isEmpty() ? role.wanted : command.to();
        boolean asked = !role.wanted.isEmpty() && to.equals(role.wanted);
        vacate(role, now);
        grant(role, placement.choose(role, to, command.node(), now), index, now);
        // Else it would be moved back at once for an even spread.
        role.placed = !asked && role.isHeld() && !role.holder.equals(command.node());
    }

    /** A node's process is gone, or stands for nothing any more: its roles are free, at once or after a while. */
    private void free(String name, long fromNanos, boolean callbacksMayRun) {
        for (RoleState role : roles.values()) {
            Candidate candidate = role.candidates.get(name);
            if (candidate != null) {
                if (role.holder.equals(name)) {
                    vacate(role, callbacksMayRun ? fromNanos + stopNanos(candidate) : 0);
                }
                role.candidates.remove(name);
            }
        }
    }

    /** Its clock may be slower than the masters'. */
    private static long stopNanos(Candidate candidate) {
        return candidate.stopWithinNanos + candidate.stopWithinNanos / 4;
    }

    private void vacate(RoleState role, long freeNanos) {
        Enlisted holder = nodes.get(role.holder);
        if (holder != null) {
            holder.held--;
        }
        role.holder = "";
        role.wanted = "";
        role.freeNanos = freeNanos;
        if (moving.equals(role.name)) {
            moving = "";
        }
    }

    private void grant(RoleState role, String to, long index, long now) {
        if (to.isEmpty() || role.isHeld() || now < role.freeNanos) {
            return;
        }
        Enlisted node = Objects.requireNonNull(nodes.get(to), to);
        lastToken = Math.max(lastToken + 1, index); // larger than all before, also of another role
        role.holder = to;
        role.holderGeneration = node.generation;
        role.token = lastToken;
        role.grantedNanos = now;
        role.placed = false;
        node.held++;
    }

    /** Takes away what nobody holds on to, grants what is free, and asks for one role to be moved. */
    private void settle(long index, long now) {
        dueNanos = NEVER;
        for (Map.Entry<String, Enlisted> entry : List.copyOf(nodes.entrySet())) {
            Enlisted node = entry.getValue();
            if (node.deadNanos() <= now) {
                free(entry.getKey(), node.deadNanos(), true);
                nodes.remove(entry.getKey());
            } else {
                dueNanos = Math.min(dueNanos, node.deadNanos());
            }
        }
        for (RoleState role : roles.values()) {
            if (!role.isHeld()) {
                grant(role, placement.choose(role, "", "", now), index, now);
            }
        }
        // A role that nobody stands for is remembered until it may be granted: its last holder may still act.
        roles.values().removeIf(role -> role.candidates.isEmpty() && role.freeNanos <= now);
        for (RoleState role : roles.values()) {
            if (!role.isHeld()) {
                dueNanos = Math.min(dueNanos, role.freeNanos);
            }
        }
        move(now);
        listener.changed();
    }

    private void move(long now) {
        RoleState under = roles.get(moving);
        if (under != null && now < movingUntilNanos) {
            dueNanos = Math.min(dueNanos, movingUntilNanos);
            return;
        }
        if (under != null) {
            under.wanted = ""; // its holder does not answer: another time
            under.grantedNanos = now;
        }
        moving = "";
        for (RoleState role : roles.values()) {
            RolePlacement.Move move = role.isHeld() ? placement.move(role, now) : RolePlacement.Move.NONE;
            if (move.atNanos() <= now) {
                ask(role, move.to(), now);
                return;
            }
            dueNanos = Math.min(dueNanos, move.atNanos());
        }
    }

    private void ask(RoleState role, String to, long now) {
        Enlisted holder = Objects.requireNonNull(nodes.get(role.holder));
        Candidate candidate = Objects.requireNonNull(role.candidates.get(role.holder));
        role.wanted = to;
        moving = role.name;
        movingUntilNanos = now + 2 * holder.leaseNanos + candidate.stopWithinNanos;
        dueNanos = Math.min(dueNanos, movingUntilNanos);
    }

    /** What a node's process holds. */
    public List<RoleView> heldBy(String node, long generation) {
        List<RoleView> held = new ArrayList<>();
        for (RoleState role : roles.values()) {
            if (role.holder.equals(node) && role.holderGeneration == generation) {
                held.add(view(role));
            }
        }
        return held;
    }

    /** All roles. */
    public List<RoleView> all() {
        return roles.values().stream().map(RoleTable::view).toList();
    }

    private static RoleView view(RoleState role) {
        return new RoleView(role.name, role.holder, role.holderGeneration, role.token, role.wanted);
    }

    /** Why the role cannot be given to that node, for people; empty if it can. */
    public String whyNot(String name, String to) {
        RoleState role = roles.get(name);
        if (role == null) {
            return "nobody stands for it";
        }
        if (to.isEmpty()) {
            boolean another = role.candidates.keySet().stream().anyMatch(node -> !node.equals(role.holder));
            return another ? "" : "nobody else stands for it";
        }
        return role.candidates.containsKey(to)
                ? ""
                : to + " does not stand for it; those that do are " + role.candidates.keySet();
    }

    /** The role, if it is known. */
    public Optional<RoleView> role(String name) {
        return Optional.ofNullable(roles.get(name)).map(RoleTable::view);
    }

    /** True if that process stands for the role. */
    public boolean standsFor(String role, String node, long generation) {
        RoleState state = roles.get(role);
        Enlisted enlisted = nodes.get(node);
        return state != null
                && state.candidates.containsKey(node)
                && enlisted != null
                && enlisted.generation == generation;
    }

    /** Tells states apart: the same tables have the same hash on every node, and others another one, but for bad luck. */
    public long hash() {
        if (roles.isEmpty() && nodes.isEmpty()) {
            return lastToken;
        }
        CRC32C crc = new CRC32C();
        crc.update(snapshot());
        return crc.getValue();
    }

    /** The table as it is now, for {@link #restore}. */
    public byte[] snapshot() {
        return RoleSnapshot.write(this);
    }

    /** Replaces the table; after an exception it is as it was. */
    public void restore(int version, InputStream in) throws IOException {
        RoleSnapshot.read(version, in, this);
        restored();
    }

    /** After the state has been taken from a snapshot. */
    private void restored() {
        nodes.values().forEach(node -> node.held = 0);
        roles.values().stream().filter(RoleState::isHeld).forEach(role -> Objects.requireNonNull(nodes.get(role.holder))
                .held++);
        dueNanos = Long.MIN_VALUE; // looked at with the next batch
        listener.changed();
    }
}
