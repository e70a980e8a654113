package io.holdfast.replication.roles;

import io.holdfast.replication.roles.RoleState.Candidate;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * Which node should hold a role: of those that stand for it the healthiest, then the preferred, then the one with the fewest
 * roles. A role goes from one holder to another one at a time, and only for a reason that lasts, so that none goes back and forth.
 */
final class RolePlacement {
    /** For so long a node must have been healthier, or there at all, before a role is taken from its holder. */
    static final long SETTLED_NANOS = 3_000_000_000L;
    /** For so long a role stays with its holder, unless the holder is down. */
    static final long STAYS_NANOS = 30_000_000_000L;

    private static final int DOWN = 2;

    private final Map<String, Enlisted> nodes;

    RolePlacement(Map<String, Enlisted> nodes) {
        this.nodes = nodes;
    }

    private Enlisted node(String name) {
        return Objects.requireNonNull(nodes.get(name), name);
    }

    /**
     * Who is granted a role that nobody holds; empty if nobody stands for it.
     *
     * @param giver who has just given it up, and gets it back only if all others are worse off; empty if nobody has
     */
    String choose(RoleState role, String preferred, String giver, long now) {
        if (role.candidates.containsKey(preferred)) {
            return preferred;
        }
        String best = "";
        for (String candidate : role.candidates.keySet()) {
            if (best.isEmpty() || isBetter(role, candidate, best, giver, now)) {
                best = candidate;
            }
        }
        return best;
    }

    private boolean isBetter(RoleState role, String one, String other, String giver, long now) {
        Candidate a = Objects.requireNonNull(role.candidates.get(one));
        Candidate b = Objects.requireNonNull(role.candidates.get(other));
        boolean aPaused = now < a.pausedUntilNanos;
        boolean bPaused = now < b.pausedUntilNanos;
        if (aPaused != bPaused) {
            return bPaused;
        }
        if (node(one).health != node(other).health) {
            return node(one).health < node(other).health;
        }
        if (one.equals(giver) || other.equals(giver)) {
            return other.equals(giver);
        }
        if (a.priority != b.priority) {
            return a.priority > b.priority;
        }
        if (node(one).held != node(other).held) {
            return node(one).held < node(other).held;
        }
        return weight(role.name, one) > weight(role.name, other);
    }

    /** So that not all first roles go to the same node. */
    private static long weight(String role, String node) {
        CRC32C crc = new CRC32C();
        crc.update((role + "\n" + node).getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    /**
     * When the holder should give the role to another node.
     *
     * @param to the other one; empty if the holder suits
     * @param atNanos from when on, as far as is known now
     */
    record Move(String to, long atNanos) {
        static final Move NONE = new Move("", Long.MAX_VALUE);
    }

    Move move(RoleState role, long now) {
        Move earliest = Move.NONE;
        String best = "";
        Enlisted holder = node(role.holder);
        Candidate held = Objects.requireNonNull(role.candidates.get(role.holder));
        long stays = role.grantedNanos + (holder.health == DOWN ? SETTLED_NANOS : STAYS_NANOS);
        for (Map.Entry<String, Candidate> entry : role.candidates.entrySet()) {
            String name = entry.getKey();
            Candidate candidate = entry.getValue();
            if (name.equals(role.holder)) {
                continue;
            }
            Enlisted other = node(name);
            long from = Math.max(other.sinceNanos + SETTLED_NANOS, candidate.pausedUntilNanos);
            if (other.health < holder.health) {
                from = Math.max(from, Math.max(other.healthSinceNanos, holder.healthSinceNanos) + SETTLED_NANOS);
                from = Math.max(from, stays);
            } else if (other.health == holder.health && candidate.priority > held.priority) {
                from = Math.max(from, stays);
            } else if (other.health > holder.health
                    || candidate.priority < held.priority
                    || holder.held - other.held < 2) {
                continue;
            } else {
                if (other.healthSinceNanos > other.sinceNanos) { // it has not always been that healthy
                    from = Math.max(from, other.healthSinceNanos + STAYS_NANOS);
                }
                if (role.placed) {
                    from = Math.max(from, role.grantedNanos + STAYS_NANOS);
                }
            }
            if (from < earliest.atNanos()) {
                earliest = new Move(name, from);
            }
            if (from <= now && (best.isEmpty() || isBetter(role, name, best, "", now))) {
                best = name;
            }
        }
        return best.isEmpty() ? earliest : new Move(best, now);
    }
}
