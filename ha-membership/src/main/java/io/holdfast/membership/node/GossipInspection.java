package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.Explanation;
import io.holdfast.core.Explanation.Finding;
import io.holdfast.core.Member;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.OperatorRole;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.OperatorCommand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What gossip lets operators see. Safe from any thread. */
final class GossipInspection implements Inspectable {
    /** Members that one answer holds; of more the first by id. */
    private static final int MOST = 2_000;

    private final Supplier<Members> members;
    private final @Nullable Supplier<String> toldBy;

    /** @param toldBy of a client, which member tells it, empty if none does; null for a member */
    GossipInspection(Supplier<Members> members, @Nullable Supplier<String> toldBy) {
        this.members = members;
        this.toldBy = toldBy;
    }

    @Override
    public Map<String, Object> inspect() {
        Map<String, Object> status = new LinkedHashMap<>();
        for (MemberState state : MemberState.values()) {
            status.put(
                    state.name().toLowerCase(Locale.ROOT),
                    members.get().all().stream().filter(m -> m.state() == state).count());
        }
        if (toldBy != null) {
            status.put("toldBy", toldBy.get());
        }
        return status;
    }

    @Override
    public List<Finding> explain() {
        Members seen = members.get();
        List<Finding> findings = new ArrayList<>();
        if (toldBy != null && toldBy.get().isEmpty()) {
            findings.add(new Finding(
                    "members",
                    Explanation.State.BROKEN,
                    "no member tells this client who is there; what it knew last: " + seen,
                    "see whether the members run, whether their ports are reached over TCP, and, if they have keys for gossip,"
                            + " whether this client has the same"));
        } else if (seen.isAlone() && seen.all().size() > 1) {
            findings.add(new Finding(
                    "members",
                    Explanation.State.BROKEN,
                    "this node is alone: of the others that it knew none is there",
                    "see whether they run, and whether its port is reached over TCP and UDP"));
        } else {
            findings.add(new Finding("members", Explanation.State.OK, seen.toString()));
        }
        names(seen, MemberState.SUSPECT)
                .ifPresent(ids -> findings.add(new Finding(
                        "members", Explanation.State.WAITING, "suspected, and to say that they live: " + ids)));
        names(seen, MemberState.DEAD)
                .ifPresent(ids -> findings.add(new Finding(
                        "members",
                        Explanation.State.WAITING,
                        "held dead: " + ids,
                        "start them again, or let them be: they are forgotten after a day")));
        return findings;
    }

    private static Optional<String> names(Members seen, MemberState state) {
        List<String> ids = seen.all().stream()
                .filter(m -> m.state() == state)
                .map(Member::id)
                .toList();
        return ids.isEmpty()
                ? Optional.empty()
                : Optional.of(ids.stream().limit(20).collect(Collectors.joining(", "))
                        + (ids.size() > 20 ? " and " + (ids.size() - 20) + " more" : ""));
    }

    /** Gossip loses nothing by a node that stops; others may object. */
    @Override
    public SafeToStop safeToStop(String nodeId) {
        return SafeToStop.yes(nodeId);
    }

    @Override
    public Map<String, Address> nodes() {
        Map<String, Address> nodes = new TreeMap<>();
        members.get().present().forEach(member -> nodes.put(member.id(), member.address()));
        return nodes;
    }

    @Override
    public List<OperatorCommand> operatorCommands() {
        return List.of(new OperatorCommand(
                "members", OperatorRole.READ, arguments -> CompletableFuture.completedFuture(listed())));
    }

    private Map<String, Object> listed() {
        Members seen = members.get();
        List<Map<String, Object>> list = new ArrayList<>();
        for (Member member : seen.all()) {
            if (list.size() >= MOST) {
                break;
            }
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("node", member.id());
            one.put("address", member.address().toString());
            one.put("state", member.state().name());
            one.put("zone", member.node().zone());
            one.put("weight", member.node().weight());
            one.put("tags", member.node().tags());
            one.put(
                    "services",
                    member.node().services().entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, e -> e.getValue().toString(), (a, b) -> a, TreeMap::new)));
            ReplicaRole role = member.facts().role();
            one.put("role", role == null ? "" : role.name());
            one.put("health", member.facts().health().name());
            one.put("draining", member.facts().draining());
            one.put("load", member.facts().load());
            one.put("capabilities", member.facts().capabilities());
            one.put("version", member.version());
            list.add(one);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("node", seen.self().id());
        answer.put("known", seen.all().size());
        answer.put("members", list);
        return answer;
    }
}
