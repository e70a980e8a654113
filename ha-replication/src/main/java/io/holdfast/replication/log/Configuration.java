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

/**
 * Who belongs to a cluster: an entry of its log, which counts from the moment at which it is in the log. (Ongaro's thesis,
 * chapter 4; joint consensus is 4.3)
 *
 * @param voters who decides; in joint consensus, who will
 * @param outgoing in joint consensus, who has decided until now: a majority of these must agree, too. Otherwise empty
 * @param learners who gets the log and has no vote yet: each takes the place of the voter of its node, or an empty one, once
 *     it has caught up. One whose disk is not known is an empty place
 */
public record Configuration(List<Voter> voters, List<Voter> outgoing, List<Voter> learners) {
    private static final int VERSION = 1;
    private static final int MAX_EACH = 64;

    /** Makes the lists its own, and refuses an ambiguous one. */
    public Configuration {
        voters = List.copyOf(voters);
        outgoing = List.copyOf(outgoing);
        learners = List.copyOf(learners);
        if (voters.isEmpty() || Math.max(voters.size(), Math.max(outgoing.size(), learners.size())) > MAX_EACH) {
            throw new IllegalArgumentException(
                    voters.size() + " voters, " + outgoing.size() + " outgoing, " + learners.size() + " learners");
        }
        distinct(voters);
        distinct(outgoing);
        distinct(learners);
    }

    private static void distinct(List<Voter> list) {
        if (list.stream().map(Voter::nodeId).distinct().count() != list.size()) {
            throw new IllegalArgumentException("a node is named twice in " + list);
        }
    }

    /** These vote, and nobody joins or leaves. */
    public static Configuration of(Collection<Voter> voters) {
        return new Configuration(List.copyOf(voters), List.of(), List.of());
    }

    /** True while two majorities must agree. */
    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** Everybody whose disk is known, each once: voters, then those who leave, then learners. */
    public List<Voter> members() {
        Map<String, Voter> members = new LinkedHashMap<>();
        for (List<Voter> each : List.of(voters, outgoing, learners)) {
            each.forEach(voter -> members.putIfAbsent(voter.id(), voter));
        }
        learners.stream().filter(Voter::isVacant).forEach(vacant -> members.remove(vacant.id()));
        return List.copyOf(members.values());
    }

    /** True if that node, whatever its disk, votes or is to vote. */
    public boolean hasPlaceFor(String nodeId) {
        return isOf(voters, nodeId) || isOf(learners, nodeId);
    }

    private static boolean isOf(List<Voter> list, String nodeId) {
        return list.stream().anyMatch(voter -> voter.nodeId().equals(nodeId));
    }

    /** With that learner, in place of another one of its node. */
    public Configuration withLearner(Voter learner) {
        return new Configuration(voters, outgoing, replaced(learners, List.of(learner)));
    }

    /** The joint one in which those learners get a vote, each in place of the voter of its node. */
    public Configuration promoting(List<Voter> caughtUp) {
        List<Voter> left = new ArrayList<>(learners);
        left.removeAll(caughtUp);
        return new Configuration(replaced(voters, caughtUp), voters, left);
    }

    /** What follows a joint one. */
    public Configuration decided() {
        return new Configuration(voters, List.of(), learners);
    }

    private static List<Voter> replaced(List<Voter> list, List<Voter> by) {
        Map<String, Voter> nodes = new LinkedHashMap<>();
        list.forEach(voter -> nodes.put(voter.nodeId(), voter));
        by.forEach(voter -> nodes.put(voter.nodeId(), voter));
        return List.copyOf(nodes.values());
    }

    /** As bytes; see {@code docs/formats.md}. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            for (List<Voter> each : List.of(voters, outgoing, learners)) {
                out.writeByte(each.size());
                for (Voter voter : each) {
                    voter.writeTo(out);
                }
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
            if (version != VERSION) {
                throw new IllegalArgumentException(
                        "a configuration of version " + version + "; this release reads " + VERSION);
            }
            Configuration configuration = new Configuration(readAll(in), readAll(in), readAll(in));
            if (in.hasRemaining()) {
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
