package io.holdfast.replication.log;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who belongs to a cluster: an entry of its log, which counts from the moment at which it is in the log. (Ongaro's thesis,
 * chapter 4; joint consensus is 4.3)
 *
 * @param voters who decides; in joint consensus, who will
 * @param outgoing in joint consensus, who has decided until now: a majority of these must agree, too. Otherwise empty
 * @param learners who gets the log and has no vote yet: each takes the place of the voter of its node, or an empty one, once
 *     it has caught up. One whose disk is not known is an empty place
 * @param standby who gets the log and has no vote, until it is given one on demand
 * @param wanted how many are to vote, where that is another number than of those that do, or have a place among them; else 0
 * @param level the log's {@link FeatureLevel}: whoever belongs to the cluster supports it
 */
public record Configuration(
        List<Voter> voters, List<Voter> outgoing, List<Voter> learners, List<Voter> standby, int wanted, int level) {
    private static final int WITHOUT_STANDBY = 1;
    private static final int WITHOUT_WANTED = 2;
    private static final int WITHOUT_LEVEL = 3;
    private static final int VERSION = 4;
    private static final int MAX_EACH = 64;

    /** Makes the lists its own, and refuses an ambiguous one. */
    public Configuration {
        voters = List.copyOf(voters);
        outgoing = List.copyOf(outgoing);
        learners = List.copyOf(learners);
        standby = List.copyOf(standby);
        wanted = wanted == places(voters, learners) ? 0 : wanted;
        FeatureLevel.check(level);
        int most = Math.max(Math.max(voters.size(), outgoing.size()), Math.max(learners.size(), standby.size()));
        if (voters.isEmpty() || most > MAX_EACH || wanted < 0 || wanted > MAX_EACH) {
            throw new IllegalArgumentException(voters.size() + " voters, " + outgoing.size() + " outgoing, "
                    + learners.size() + " learners, " + standby.size() + " standing by, " + wanted + " wanted");
        }
        distinct(voters);
        distinct(outgoing);
        distinct(learners);
        distinct(standby);
    }

    /** With nobody standing by, and as many voters as are wanted, at the base level. */
    public Configuration(List<Voter> voters, List<Voter> outgoing, List<Voter> learners) {
        this(voters, outgoing, learners, List.of(), 0, FeatureLevel.BASE);
    }

    private static int places(List<Voter> voters, List<Voter> learners) {
        long empty = learners.stream()
                .filter(learner -> !isOf(voters, learner.nodeId()))
                .count();
        return voters.size() + (int) empty;
    }

    /** How many are to vote, as people have decided last: a node that leaves by itself does not change that. */
    public int votersWanted() {
        return wanted == 0 ? places(voters, learners) : wanted;
    }

    private static void distinct(List<Voter> list) {
        if (list.stream().map(Voter::nodeId).distinct().count() != list.size()) {
            throw new IllegalArgumentException("a node is named twice in " + list);
        }
    }

    /** These vote, and nobody joins or leaves; at the base level. */
    public static Configuration of(Collection<Voter> voters) {
        return new Configuration(List.copyOf(voters), List.of(), List.of());
    }

    /** The same, at another level. */
    public Configuration at(int newLevel) {
        return new Configuration(voters, outgoing, learners, standby, wanted, newLevel);
    }

    /** True while two majorities must agree. */
    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** Everybody whose disk is known, each once: voters, then those who leave, then learners, then who stands by. */
    public List<Voter> members() {
        Map<String, Voter> members = new LinkedHashMap<>();
        for (List<Voter> each : List.of(voters, outgoing, learners, standby)) {
            each.forEach(voter -> members.putIfAbsent(voter.id(), voter));
        }
        learners.stream().filter(Voter::isVacant).forEach(vacant -> members.remove(vacant.id()));
        return List.copyOf(members.values());
    }

    /** True if that node, whatever its disk, votes or is to vote. */
    public boolean hasPlaceFor(String nodeId) {
        return isOf(voters, nodeId) || isOf(learners, nodeId);
    }

    /** True if that node, whatever its disk, belongs to the cluster in any way, or has a place in it. */
    public boolean knows(String nodeId) {
        return hasPlaceFor(nodeId) || isOf(standby, nodeId) || isOf(outgoing, nodeId);
    }

    private static boolean isOf(List<Voter> list, String nodeId) {
        return list.stream().anyMatch(voter -> voter.nodeId().equals(nodeId));
    }

    /** True if that one belongs to the cluster, with that disk. Asked for each message. */
    public boolean isMember(String id) {
        return names(voters, id)
                || names(outgoing, id)
                || names(standby, id)
                || (names(learners, id) && id.indexOf('/') > 0);
    }

    private static boolean names(List<Voter> list, String id) {
        for (Voter voter : list) {
            if (id.startsWith(voter.nodeId()) && voter.id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    /** The voter of that node, if it has one. */
    public Optional<Voter> voter(String nodeId) {
        return of(voters, nodeId);
    }

    /** Who stands by at that node, if anybody does. */
    public Optional<Voter> standby(String nodeId) {
        return of(standby, nodeId);
    }

    private static Optional<Voter> of(List<Voter> list, String nodeId) {
        return list.stream().filter(voter -> voter.nodeId().equals(nodeId)).findFirst();
    }

    /** With that learner, in place of another one of its node. */
    public Configuration withLearner(Voter learner) {
        return new Configuration(voters, outgoing, replaced(learners, List.of(learner)), standby, wanted, level);
    }

    /** With that one standing by, in place of another one of its node. */
    public Configuration withStandby(Voter newcomer) {
        return new Configuration(voters, outgoing, learners, replaced(standby, List.of(newcomer)), wanted, level);
    }

    /** Without whatever node that is that has no vote: who stands by there, its place, or its learner. */
    public Configuration withoutVoteless(String nodeId) {
        boolean place = isOf(learners, nodeId) && !isOf(voters, nodeId);
        int then = place ? Math.max(1, votersWanted() - 1) : wanted;
        return new Configuration(voters, outgoing, without(learners, nodeId), without(standby, nodeId), then, level);
    }

    private static List<Voter> without(List<Voter> list, String nodeId) {
        return list.stream().filter(voter -> !voter.nodeId().equals(nodeId)).toList();
    }

    /** The joint one in which those learners get a vote, each in place of the voter of its node. */
    public Configuration promoting(List<Voter> caughtUp) {
        List<Voter> left = new ArrayList<>(learners);
        left.removeAll(caughtUp);
        return new Configuration(replaced(voters, caughtUp), voters, left, standby, wanted, level);
    }

    /**
     * The joint one in which who stands by at {@code added} gets a vote, and the node {@code removed} has none and is none of
     * the cluster's any more.
     *
     * @param added empty for nobody
     * @param removed empty for nobody
     * @param asWanted true if as many are wanted afterwards as before; else who is removed is wanted no longer, and who is added
     *     is wanted besides those that were
     */
    public Configuration exchanging(String added, String removed, boolean asWanted) {
        List<Voter> next = new ArrayList<>(without(voters, removed));
        standby(added).ifPresent(next::add);
        List<Voter> learning = without(learners, removed);
        int then = votersWanted();
        if (!asWanted && added.isEmpty()) {
            then = Math.max(1, then - 1);
        } else if (!asWanted && removed.isEmpty()) {
            then = Math.max(then, places(next, learning));
        }
        return new Configuration(next, voters, learning, without(standby, added), then, level);
    }

    /** What follows a joint one. */
    public Configuration decided() {
        return new Configuration(voters, List.of(), learners, standby, wanted, level);
    }

    private static List<Voter> replaced(List<Voter> list, List<Voter> by) {
        Map<String, Voter> nodes = new LinkedHashMap<>();
        list.forEach(voter -> nodes.put(voter.nodeId(), voter));
        by.forEach(voter -> nodes.put(voter.nodeId(), voter));
        return List.copyOf(nodes.values());
    }

    private int version() {
        if (level > FeatureLevel.BASE) {
            return VERSION;
        }
        if (wanted != 0) {
            return WITHOUT_LEVEL;
        }
        return standby.isEmpty() ? WITHOUT_STANDBY : WITHOUT_WANTED;
    }

    /** As bytes; see {@code docs/formats.md}. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            // Earlier releases read what is as they know it.
            int version = version();
            out.writeByte(version);
            if (version == VERSION) {
                out.writeByte(level);
            }
            List<List<Voter>> lists = version == WITHOUT_STANDBY
                    ? List.of(voters, outgoing, learners)
                    : List.of(voters, outgoing, learners, standby);
            for (List<Voter> each : lists) {
                out.writeByte(each.size());
                for (Voter voter : each) {
                    voter.writeTo(out);
                }
            }
            if (version >= WITHOUT_LEVEL) {
                out.writeByte(wanted);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be, in memory", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #encode} made, to its end.
     *
     * @throws IllegalArgumentException if that is none
     */
    public static Configuration decode(ByteBuffer bytes) {
        try {
            ByteBuffer in = bytes.duplicate();
            int version = in.get();
            int level = version >= VERSION ? Byte.toUnsignedInt(in.get()) : FeatureLevel.BASE;
            // A later release's begins as this one's, so that it can be said which level it takes; it is not used
            // otherwise.
            boolean later = version > VERSION && level > FeatureLevel.SUPPORTED;
            if (version < WITHOUT_STANDBY || (version > VERSION && !later)) {
                throw new IllegalArgumentException(
                        "a configuration of version " + version + "; this release reads 1 to " + VERSION);
            }
            Configuration configuration = new Configuration(
                    readAll(in),
                    readAll(in),
                    readAll(in),
                    version == WITHOUT_STANDBY ? List.of() : readAll(in),
                    version >= WITHOUT_LEVEL ? Byte.toUnsignedInt(in.get()) : 0,
                    level);
            if (in.hasRemaining() && !later) {
                throw new IllegalArgumentException(in.remaining() + " bytes follow a configuration");
            }
            return configuration;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("a configuration that ends early", e);
        }
    }

    private static List<Voter> readAll(ByteBuffer in) {
        int count = Byte.toUnsignedInt(in.get());
        List<Voter> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(Voter.read(in));
        }
        return all;
    }
}
