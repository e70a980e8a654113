package io.holdfast.replication.node;

import io.holdfast.core.Address;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Where nodes are reached, by whose word: the log's for its members, their own or others' if they have moved, and that of whoever is
 * no member and has to be answered all the same. Names are of a node with its disk ({@link Voter#id}); several may have one node id.
 * It knows nothing of links. On the loop.
 */
final class Whereabouts {
    /** How many nodes may introduce themselves that are no members, and are dialled where they say: a peer cannot ask for more. */
    private static final int MAX_STRANGERS = 64;

    /** How many are dialled at a time because they may know who leads. */
    private static final int MAX_GUIDES = 32;

    /** Where a node is dialled. */
    record Target(String nodeId, Address address) implements Comparable<Target> {
        @Override
        public int compareTo(Target other) {
            int byNode = nodeId.compareTo(other.nodeId);
            return byNode != 0 ? byNode : address.toString().compareTo(other.address.toString());
        }
    }

    /** Where a node is reached that has this link to this one. */
    private record Caller(Target target, Object on) {}

    private final String selfNode;
    /** Where members are said to be reached by now, by node id, if that is not where they joined. */
    private final Map<String, Target> moved = new TreeMap<>();
    /**
     * Where those are reached that have a link to this node, by name, as they say themselves when it begins, and not again. This node
     * may be behind and not know who leads: without an answer that one could tell it nothing, so this holds as long as its link.
     */
    private final Map<String, Caller> callers = new TreeMap<>();
    /** Where others say that those are reached that are no members, by name: one may have the node id of a member. */
    private final Map<String, Target> strangers = new TreeMap<>();
    /** Who may know the master, while this node does not; one node perhaps at several addresses, as several say. */
    private final Set<Target> guides = new TreeSet<>();

    /** Where the log says that its members are, without this node. */
    private Set<Target> members = Set.of();
    /** By name. */
    private Set<String> memberIds = Set.of();

    private boolean lost;

    Whereabouts(String selfNode) {
        this.selfNode = selfNode;
    }

    /** These belong to the group. What others say of whoever does not is forgotten: whoever is none still says so again. */
    void members(Collection<Voter> members) {
        Set<Target> targets = new TreeSet<>();
        Set<String> ids = new TreeSet<>();
        for (Voter member : members) {
            ids.add(member.id());
            if (!member.nodeId().equals(selfNode)) {
                targets.add(new Target(member.nodeId(), member.address()));
            }
        }
        this.members = targets;
        memberIds = ids;
        moved.keySet().removeIf(nodeId -> !isMember(nodeId));
        strangers.clear();
    }

    /** Where the log says that its members are, without this node. */
    Set<Target> members() {
        return members;
    }

    /** True of another node than this one, whatever its disk. */
    boolean isMember(String nodeId) {
        return members.stream().anyMatch(target -> target.nodeId().equals(nodeId));
    }

    boolean isMemberByName(String id) {
        return memberIds.contains(id);
    }

    /** True if a member is there, as the log says or as it has been said last. */
    boolean isMembers(Target target) {
        return members.contains(target) || target.equals(moved.get(target.nodeId()));
    }

    /** True if somebody is to be reached there. */
    boolean isWanted(Target target) {
        return guides.contains(target) || isSaid(target);
    }

    /** True if somebody is to be reached there who has said so itself, to whomever: at least for now it is its own address. */
    boolean isSaid(Target target) {
        return members.contains(target)
                || moved.containsValue(target)
                || strangers.containsValue(target)
                || callers.entrySet().stream()
                        .anyMatch(
                                each -> each.getValue().target().equals(target) && !memberIds.contains(each.getKey()));
    }

    /** Those who have a link to this node, by name; what is done about one may change what is known of others. */
    void forEachCaller(BiConsumer<String, Target> to) {
        new TreeMap<>(callers).forEach((id, caller) -> to.accept(id, caller.target()));
    }

    /** False of this node itself, and where as many who are no members are known as may be. */
    boolean hasRoomFor(Voter peer) {
        String id = peer.id();
        boolean known = memberIds.contains(id) || callers.containsKey(id) || strangers.containsKey(id);
        return !peer.nodeId().equals(selfNode) && (known || strangers() < MAX_STRANGERS);
    }

    private int strangers() {
        return strangers.size()
                + (int) callers.keySet().stream()
                        .filter(id -> !memberIds.contains(id))
                        .count();
    }

    /**
     * A node has said where it is.
     *
     * @param on its link; null if another one has passed it on
     * @return where it was until now, which perhaps nobody is wanted at any more
     */
    List<Target> introduced(Voter peer, @Nullable Object on) {
        Target target = new Target(peer.nodeId(), peer.address());
        String id = peer.id();
        List<Target> former = new ArrayList<>();
        if (on != null) {
            Caller before = callers.put(id, new Caller(target, on));
            add(former, before == null ? null : before.target());
            add(former, strangers.remove(id));
        } else if (!memberIds.contains(id) && !callers.containsKey(id) && !members.contains(target)) {
            add(former, strangers.put(id, target));
        }
        return former;
    }

    private static void add(List<Target> to, @Nullable Target target) {
        if (target != null) {
            to.add(target);
        }
    }

    /** Who spoke on that link calls again if it lives. Where it is reached perhaps nobody is wanted any more. */
    List<Target> hungUp(Object link) {
        List<Target> former = new ArrayList<>();
        callers.values().removeIf(caller -> {
            boolean over = caller.on().equals(link);
            if (over) {
                former.add(caller.target());
            }
            return over;
        });
        return former;
    }

    boolean hasMoved(String nodeId) {
        return moved.containsKey(nodeId);
    }

    /** True if that is no news: this node itself, or a member where the log says it is. */
    boolean isListed(Target target) {
        return target.nodeId().equals(selfNode) || members.contains(target);
    }

    /** A member is there by now. Null, or where it was said to be before. */
    @Nullable
    Target movedTo(Target target) {
        return moved.put(target.nodeId(), target);
    }

    /** Where else that node with its disk is said to be; null if nobody has said so. */
    @Nullable
    Target elsewhere(String id) {
        if (memberIds.contains(id)) {
            return moved.get(Voter.nodeOf(id));
        }
        Caller caller = callers.get(id);
        return caller == null ? strangers.get(id) : caller.target();
    }

    /** Nobody is heard who leads, or somebody is. True if those that were to be asked are not wanted any more. */
    boolean lost(boolean now) {
        boolean over = lost && !now;
        lost = now;
        if (over) {
            guides.clear();
        }
        return over;
    }

    /** A node that may know who leads. True if it is to be dialled for that. */
    boolean guide(Target target) {
        return lost
                && !target.nodeId().equals(selfNode)
                && !isWanted(target)
                && guides.size() < MAX_GUIDES
                && guides.add(target);
    }

    /** Whoever is there has been asked, or is asked elsewhere. */
    void guided(Target target) {
        guides.remove(target);
    }

    /** Nobody is reached there any more. One that is no member makes room for others; if it lives, others say so again. */
    void gone(Target target) {
        strangers.values().removeIf(target::equals);
        if (strangers() >= MAX_STRANGERS) {
            callers.entrySet()
                    .removeIf(each -> each.getValue().target().equals(target) && !memberIds.contains(each.getKey()));
        }
    }

    /** Nobody was reached there. */
    void notReached(Target target) {
        gone(target);
        if (guides.size() >= MAX_GUIDES) {
            guides.remove(target); // others, who are there perhaps, get its turn
        }
    }
}
