package io.holdfast.replication.bootstrap;

import io.holdfast.core.Address;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Identity;
import io.holdfast.replication.log.Identity.State;
import io.holdfast.replication.log.Voter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Forms a cluster, once. The listed node with the lowest id coordinates: when it has reached all the others, and each is
 * empty or holds the same unfinished plan, it writes the plan, lets all write it, writes that the cluster is formed, and
 * tells the others. A node serves only when it knows that the cluster is formed; so no two clusters can come out of one
 * list, wherever this is interrupted. Deterministic: it has no clock, and {@link #step} returns what is to be done.
 */
final class Formation {
    /** What can happen. */
    sealed interface Input {}

    /** A listed node is reached. */
    record Reached(String node, UUID disk) implements Input {}

    /** A listed node is no longer reached. */
    record Lost(String node) implements Input {}

    /** Another node says something. */
    record Said(String node, FormationMessage message) implements Input {}

    /** {@link Save} is on disk. */
    record Saved(Identity identity) implements Input {}

    /** What is to be done. */
    sealed interface Effect {}

    /** Say this to that node. */
    record Say(String node, FormationMessage message) implements Effect {}

    /** Write this to disk, then say {@link Saved}. */
    record Save(Identity identity) implements Effect {}

    /** It cannot go on; an operator must read this. */
    record Refused(String problem) implements Effect {}

    private final String clusterName;
    private final String self;
    private final UUID selfDisk;
    private final Map<String, Address> listed;
    private final UUID freshClusterId;
    private final int level;
    /** There is a cluster that this node belongs to by its name, and its release is too old for it: that is all there is to say. */
    private boolean tooOld;

    private final Map<String, UUID> reached = new TreeMap<>();
    private final Set<String> agreed = new LinkedHashSet<>();
    private @Nullable Identity identity;
    private @Nullable Identity saving;
    private List<Effect> effects = new ArrayList<>();

    /**
     * A formation as it begins, or goes on after a restart.
     *
     * @param listed the nodes of the list, id to address, this one among them
     * @param identity what is on this node's disk, null if nothing
     * @param freshClusterId the new cluster's id, if this node is to choose one
     * @param level the highest level of a log that this node supports: the new cluster's, if this node is to choose it
     */
    Formation(
            String clusterName,
            String self,
            UUID selfDisk,
            Map<String, Address> listed,
            @Nullable Identity identity,
            UUID freshClusterId,
            int level) {
        this.clusterName = clusterName;
        this.self = self;
        this.selfDisk = selfDisk;
        this.listed = new TreeMap<>(listed);
        this.identity = identity;
        this.freshClusterId = freshClusterId;
        this.level = level;
        reached.put(self, selfDisk);
    }

    String coordinator() {
        return listed.keySet().iterator().next();
    }

    /** Why it is not done, for people. */
    String waitingFor() {
        Set<String> missing = new LinkedHashSet<>(listed.keySet());
        missing.removeAll(reached.keySet());
        if (!missing.isEmpty() && self.equals(coordinator())) {
            return "to form the cluster all listed nodes must be reached; not yet: " + missing;
        }
        return "the cluster is being formed by " + coordinator()
                + (reached.containsKey(coordinator()) ? "" : ", which is not reached yet");
    }

    /** Begins; for a list of one node that is all. */
    List<Effect> start() {
        effects = new ArrayList<>();
        plan();
        return effects;
    }

    List<Effect> step(Input input) {
        effects = new ArrayList<>();
        if (input instanceof Reached node) {
            reached.put(node.node(), node.disk());
            greet(node.node());
            plan();
        } else if (input instanceof Lost node) {
            reached.remove(node.node());
            agreed.remove(node.node());
        } else if (input instanceof Said said) {
            said(said.node(), said.message());
        } else if (input instanceof Saved saved) {
            saved(saved.identity());
        } else {
            throw new IllegalStateException("an input of an unknown kind: " + input);
        }
        return effects;
    }

    /** Also while that is being written: nothing may be written after it. */
    private boolean formed() {
        return isFormed(identity) || isFormed(saving);
    }

    private static boolean isFormed(@Nullable Identity which) {
        return which != null && which.state() == State.FORMED;
    }

    /** Whoever missed the end of the formation is told it, for ever. */
    private void greet(String node) {
        Identity own = identity;
        if (own != null && own.state() == State.FORMED) {
            effects.add(new Say(
                    node,
                    new FormationMessage.Formed(
                            own.clusterId(), own.logId(), own.voters(), own.formedLevel(), own.level())));
        }
    }

    private void plan() {
        if (tooOld
                || formed()
                || !self.equals(coordinator())
                || !reached.keySet().containsAll(listed.keySet())) {
            return;
        }
        List<Voter> voters = new ArrayList<>();
        listed.forEach((id, address) -> voters.add(new Voter(id, disk(id), address)));
        Identity old = identity;
        UUID clusterId = old == null ? freshClusterId : old.clusterId();
        Identity planned = planned(clusterId, voters).at(level, level);
        agreed.clear();
        if (planned.equals(old)) {
            saved(planned);
        } else {
            save(planned);
        }
    }

    private UUID disk(String id) {
        UUID disk = reached.get(id);
        if (disk == null) {
            throw new IllegalStateException(id + " has not been reached");
        }
        return disk;
    }

    private void save(Identity next) {
        if (!next.equals(saving) && !formed()) {
            saving = next;
            effects.add(new Save(next));
        }
    }

    private void saved(Identity done) {
        if (saving != null && !done.equals(saving)) {
            return; // a later one is on its way to the disk
        }
        saving = null;
        identity = done;
        if (done.state() == State.FORMED) {
            reached.keySet().stream().filter(node -> !node.equals(self)).forEach(this::greet);
        } else if (self.equals(coordinator())) {
            agreed.add(self);
            reached.keySet().stream()
                    .filter(node -> !node.equals(self))
                    .forEach(node -> effects.add(new Say(
                            node, new FormationMessage.Plan(done.clusterId(), done.voters(), done.formedLevel()))));
            completeIfAgreed();
        } else {
            effects.add(new Say(
                    coordinator(), new FormationMessage.Agreed(done.clusterId(), done.voters(), done.formedLevel())));
        }
    }

    private void completeIfAgreed() {
        Identity plan = identity;
        if (plan != null && plan.state() == State.FORMING && saving == null && agreed.containsAll(listed.keySet())) {
            save(plan.formed(plan.logId(), plan.voters()));
        }
    }

    private void said(String from, FormationMessage message) {
        if (message instanceof FormationMessage.Plan plan) {
            planned(from, plan);
        } else if (message instanceof FormationMessage.Agreed agreement) {
            Identity own = identity;
            if (own != null
                    && own.clusterId().equals(agreement.clusterId())
                    && own.voters().equals(agreement.voters())
                    && own.formedLevel() == agreement.level()) {
                agreed.add(from);
                completeIfAgreed();
            }
        } else if (message instanceof FormationMessage.Formed done) {
            Identity own = identity;
            if (own != null && own.state() == State.FORMING && own.clusterId().equals(done.clusterId())) {
                if (supports(from, done)) {
                    // by now others may vote than were planned
                    save(own.formed(done.logId(), done.voters()).at(done.formedLevel(), done.level()));
                }
            } else if (own == null
                    || (own.state() == State.FORMING && !own.clusterId().equals(done.clusterId()))) {
                comeBack(from, done);
            }
        } else if (message instanceof FormationMessage.Refusal refusal && !tooOld) {
            effects.add(new Refused(from + " refuses to form the cluster: " + refusal.reason()));
        }
    }

    /**
     * The cluster has been formed, and this node's disk, which is empty, is none of it. If the node once had another disk
     * there, the cluster's master takes it in. A plan of another cluster that it may hold can come to nothing: a listed node
     * has not agreed to it.
     */
    private void comeBack(String from, FormationMessage.Formed done) {
        if (knows(done.voters())) {
            return; // formed before this node lost what it had not written
        }
        if (!listed.containsKey(from) || !ids(done.voters()).contains(self)) {
            effects.add(
                    new Refused(
                            from + " belongs to cluster " + done.clusterId() + " with the voters "
                                    + ids(done.voters()) + "; this node's directory is empty, and " + self
                                    + " is none of them. To have it join, start it with .join(\"HOST:PORT\") instead of .bootstrap(...)"));
            return;
        }
        if (supports(from, done)) {
            save(planned(done.clusterId(), done.voters())
                    .formed(done.logId(), done.voters())
                    .at(done.formedLevel(), done.level()));
        }
    }

    private boolean supports(String from, FormationMessage.Formed done) {
        tooOld = done.level() > level;
        if (tooOld) {
            effects.add(new Refused(from + " says that " + FeatureLevel.tooHigh(self, done.level(), level)));
        }
        return !tooOld;
    }

    /** Others vote by now. */
    void changed(Identity now) {
        identity = now;
    }

    private boolean knows(List<Voter> voters) {
        return voters.stream()
                .anyMatch(v -> v.nodeId().equals(self) && v.diskId().equals(selfDisk));
    }

    private static Set<String> ids(List<Voter> voters) {
        Set<String> ids = new LinkedHashSet<>();
        voters.forEach(voter -> ids.add(voter.nodeId()));
        return ids;
    }

    private Identity planned(UUID clusterId, List<Voter> voters) {
        boolean shared = Identity.hasOthers(voters, selfDisk);
        return new Identity(clusterName, clusterId, clusterId, self, selfDisk, State.FORMING, shared, voters);
    }

    private void planned(String from, FormationMessage.Plan plan) {
        Identity own = identity;
        String problem = null;
        if (!from.equals(coordinator())) {
            problem = "the list here makes " + coordinator() + " the coordinator; give all nodes the same list";
        } else if (!ids(plan.voters()).equals(listed.keySet())) {
            problem = "the lists differ: " + ids(plan.voters()) + " there, " + listed.keySet() + " here";
        } else if (own != null
                && own.state() == State.FORMED
                && !own.clusterId().equals(plan.clusterId())) {
            problem = self + " belongs to cluster " + own.clusterId() + " already";
        } else if (own != null && !own.clusterId().equals(plan.clusterId())) {
            problem = self + " holds the unfinished bootstrap of another cluster, " + own.clusterId()
                    + "; if that cluster never existed, delete its directory";
        } else if (plan.level() > level) {
            problem = from + " would form the cluster with a log at feature level " + plan.level()
                    + ", and the release on " + self + " supports none above " + level
                    + ": install the same release on all nodes";
        } else if (!knows(plan.voters())) {
            return; // planned before this node lost what it had not written; a newer plan follows
        }
        if (problem != null) {
            effects.add(new Say(from, new FormationMessage.Refusal(problem)));
            effects.add(new Refused("refused to join " + from + "'s cluster: " + problem));
        } else if (own == null || own.state() == State.FORMING) {
            Identity next = planned(plan.clusterId(), plan.voters()).at(plan.level(), plan.level());
            if (next.equals(own)) {
                saved(next);
            } else {
                save(next);
            }
        }
    }
}
