package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.Health;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.core.spi.Printable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself, as the bytes that gossip carries. A reader ignores what follows the fields that it knows, so
 * that later versions can add some.
 */
final class MetadataCodec {
    private static final int VERSION = 1;
    private static final ReplicaRole[] ROLES = {
        ReplicaRole.MASTER, ReplicaRole.SLAVE, ReplicaRole.LEARNER, ReplicaRole.CLIENT
    };

    private static final List<Health> HEALTH = List.of(Health.UP, Health.DEGRADED, Health.DOWN);

    private MetadataCodec() {}

    /** @param facts what the node's running parts say */
    record Content(Node node, MemberFacts facts) {}

    static byte[] encode(Node node, MemberFacts facts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(node.zone());
            out.writeShort(node.weight());
            writeWords(out, node.tags());
            out.writeByte(node.services().size());
            for (Map.Entry<String, URI> service : node.services().entrySet()) {
                out.writeUTF(service.getKey());
                out.writeUTF(service.getValue().toString());
            }
            out.writeByte(number(facts.role()));
            out.writeByte(facts.load().size());
            for (Map.Entry<String, Double> load : facts.load().entrySet()) {
                out.writeUTF(load.getKey());
                out.writeFloat(load.getValue().floatValue());
            }
            writeWords(out, facts.capabilities());
            out.writeByte((HEALTH.indexOf(facts.health()) << 1) | (facts.draining() ? 1 : 0));
        } catch (IOException tooLong) { // nothing else happens to bytes in memory
            throw new IllegalArgumentException(
                    "a zone, tag or service of node " + node.id()
                            + " is longer than 65535 bytes; gossip carries some hundred in all",
                    tooLong);
        }
        return bytes.toByteArray();
    }

    private static void writeWords(DataOutputStream out, Set<String> words) throws IOException {
        out.writeByte(words.size());
        for (String word : words) {
            out.writeUTF(word);
        }
    }

    /** 0 for none. */
    private static int number(@Nullable ReplicaRole role) {
        for (int i = 0; i < ROLES.length; i++) {
            if (ROLES[i] == role) {
                return i + 1;
            }
        }
        return 0;
    }

    /**
     * Reads it.
     *
     * @param ephemeral what its flags say
     * @throws MalformedFrameException if it is not what {@link #encode} makes
     */
    static Content decode(String id, Address address, boolean ephemeral, byte[] metadata) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(metadata))) {
            int version = in.readUnsignedByte();
            if (version == 0) {
                throw new MalformedFrameException("metadata of " + id + " have version 0");
            }
            String at = address.toString();
            Node node = Node.of(id).bind(at).zone(text(in)).weight(in.readUnsignedShort());
            node = ephemeral ? node.ephemeral() : node;
            for (String tag : readWords(in)) {
                node = node.tag(tag);
            }
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                String name = text(in);
                node = node.service(name, text(in));
            }
            int role = in.readUnsignedByte();
            SortedMap<String, Double> load = new TreeMap<>();
            for (int left = in.readUnsignedByte(); left > 0; left--) {
                String name = text(in);
                load.put(name, (double) in.readFloat());
            }
            SortedSet<String> capabilities = readWords(in);
            int state = in.readUnsignedByte();
            int health = (state >> 1) & 3;
            return new Content(
                    node,
                    new MemberFacts(
                            role == 0 || role > ROLES.length ? null : ROLES[role - 1],
                            load,
                            capabilities,
                            health < HEALTH.size() ? HEALTH.get(health) : Health.DOWN,
                            (state & 1) != 0));
        } catch (IOException | IllegalArgumentException e) {
            throw new MalformedFrameException(
                    "metadata of " + id + " cannot be read: " + e.getClass().getSimpleName());
        }
    }

    /** What others say is shown in logs and on terminals. */
    private static String text(DataInputStream in) throws IOException {
        String said = in.readUTF();
        return Printable.of(said, said.length());
    }

    private static SortedSet<String> readWords(DataInputStream in) throws IOException {
        SortedSet<String> words = new TreeSet<>();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            words.add(text(in));
        }
        return words;
    }
}
