package io.holdfast.core;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everybody whom this node knows, at one moment: itself, the others, and for a while also those who died or left. Immutable;
 * two nodes may see different ones for a moment, and agree when nothing changes.
 */
public final class Members {
    private final Member self;
    private final SortedMap<String, Member> byId;
    private final long version;
    private final List<Member> present;

    /**
     * A snapshot.
     *
     * @param self the id of the node that sees it
     * @param all everybody by id, itself among them
     * @param version rises with every change that this node saw
     */
    public Members(String self, Map<String, Member> all, long version) {
        this.byId = Collections.unmodifiableSortedMap(new TreeMap<>(all));
        this.version = version;
        Member seen = byId.get(self);
        if (seen == null) {
            throw new IllegalArgumentException(self + " is not among the members it sees: " + byId.keySet());
        }
        this.self = seen;
        this.present = byId.values().stream().filter(Member::isPresent).toList();
    }

    /** Everybody, by id, also the dead and those who left. */
    public Collection<Member> all() {
        return byId.values();
    }

    /** Who is there, by id: {@link MemberState#ALIVE} or {@link MemberState#SUSPECT}, this node included. */
    public List<Member> present() {
        return present;
    }

    /** Who is there and offers a service of that name. */
    public List<Member> offering(String service) {
        return present.stream()
                .filter(m -> m.node().services().containsKey(service))
                .toList();
    }

    /** One by id. */
    public Optional<Member> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** This node. */
    public Member self() {
        return self;
    }

    /** True if nobody else is there. */
    public boolean isAlone() {
        return present.size() <= 1;
    }

    /** Rises with every change that this node saw; not comparable between nodes. */
    public long version() {
        return version;
    }

    @Override
    public String toString() {
        return present.size() + " present of " + byId.size() + ", as " + self.id() + " sees it";
    }
}
