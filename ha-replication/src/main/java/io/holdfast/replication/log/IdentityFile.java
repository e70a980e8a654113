package io.holdfast.replication.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Storage;
import io.holdfast.core.runtime.Storage.OpenMode;
import io.holdfast.core.runtime.StorageFile;
import io.holdfast.replication.log.Identity.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code identity}: lines of {@code key=value} that a person can read, the last one a CRC over those before.
 * Replaced as a whole. All methods block; on any thread, one at a time.
 */
public final class IdentityFile {
    static final String NAME = "identity";

    private static final String FORMAT = "holdfast-identity-1";
    private static final String VOTER = "voter.";
    private static final String FORMED_LEVEL = "level.formed";
    private static final String LEVEL = "level";
    private static final String CRC = "crc32c=";
    private static final int MAX_BYTES = 1 << 20;

    private IdentityFile() {}

    /** Returns when the identity is on stable storage; a crash before leaves the one before. */
    public static void save(Storage storage, Path directory, Identity identity) throws IOException {
        SmallFiles.replace(storage, directory, NAME, ByteBuffer.wrap(encode(identity)));
    }

    /**
     * Reads the identity; null if there is none.
     *
     * @param clusterName the cluster that is being started
     * @param nodeId the node that is being started
     * @throws DamagedFileException if the file cannot be read
     * @throws IOException if a later release wrote it, or it belongs to another cluster or node; the message names both
     */
    public static @Nullable Identity load(Storage storage, Path directory, String clusterName, String nodeId)
            throws IOException {
        Identity identity = load(storage, directory);
        if (identity == null) {
            return null;
        }
        Path path = directory.resolve(NAME);
        if (!identity.clusterName().equals(clusterName)) {
            throw new IOException("directory " + directory + " belongs to cluster \"" + identity.clusterName()
                    + "\", as " + path + " says, but cluster \"" + clusterName + "\" was started on it");
        }
        if (!identity.nodeId().equals(nodeId)) {
            throw new IOException("directory " + directory + " belongs to node \"" + identity.nodeId() + "\", as "
                    + path + " says, but node \"" + nodeId
                    + "\" was started on it; a directory is never shared or renamed");
        }
        return identity;
    }

    /** Reads the identity, whoever it is, for tools; null if there is none. */
    public static @Nullable Identity load(Storage storage, Path directory) throws IOException {
        Path path = directory.resolve(NAME);
        if (!storage.exists(path)) {
            return null;
        }
        ByteBuffer bytes;
        try (StorageFile file = storage.open(path, OpenMode.READ)) {
            if (file.size() > MAX_BYTES) {
                throw new DamagedFileException(path, "it has " + file.size() + " bytes");
            }
            bytes = ByteBuffer.allocate((int) file.size());
            file.read(bytes, 0);
        }
        return decode(path, bytes.flip());
    }

    /** True if the directory holds one. */
    public static boolean isThere(Storage storage, Path directory) throws IOException {
        return storage.exists(directory.resolve(NAME));
    }

    static byte[] encode(Identity identity) {
        StringBuilder text = new StringBuilder();
        text.append("format=").append(FORMAT).append('\n');
        text.append("cluster.name=").append(identity.clusterName()).append('\n');
        text.append("cluster.id=").append(identity.clusterId()).append('\n');
        text.append("log.id=").append(identity.logId()).append('\n');
        text.append("node.id=").append(identity.nodeId()).append('\n');
        text.append("disk.id=").append(identity.diskId()).append('\n');
        text.append("shared=").append(identity.shared()).append('\n');
        text.append("state=").append(identity.state()).append('\n');
        if (identity.level() > FeatureLevel.BASE) {
            text.append(FORMED_LEVEL).append('=').append(identity.formedLevel()).append('\n');
            text.append(LEVEL).append('=').append(identity.level()).append('\n');
        }
        for (Voter voter : identity.voters()) {
            text.append(VOTER).append(voter.nodeId()).append('=').append(voter.diskId());
            text.append(' ').append(voter.address()).append('\n');
        }
        String crc = crc(text.toString());
        text.append(CRC).append(crc).append('\n');
        return text.toString().getBytes(UTF_8);
    }

    private static String crc(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return String.format("%08x", Checksums.crc32c(ByteBuffer.wrap(bytes), 0, bytes.length));
    }

    private static Identity decode(Path path, ByteBuffer bytes) throws IOException {
        String text;
        try {
            text = UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new DamagedFileException(path, "it is not text in UTF-8");
        }
        int crcAt = text.lastIndexOf("\n" + CRC) + 1;
        if (crcAt == 0 || !text.substring(crcAt).equals(CRC + crc(text.substring(0, crcAt)) + "\n")) {
            throw new DamagedFileException(path, "its last line is not the CRC of the lines before");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : text.substring(0, crcAt).lines().toList()) {
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new DamagedFileException(path, "\"" + line + "\" is not key=value");
            }
            values.put(line.substring(0, equals), line.substring(equals + 1));
        }
        String format = value(path, values, "format");
        if (!format.equals(FORMAT)) {
            throw new IOException("file " + path + " has format \"" + format + "\", and this release reads " + FORMAT
                    + ": start the release that wrote it");
        }
        try {
            return new Identity(
                            value(path, values, "cluster.name"),
                            UUID.fromString(value(path, values, "cluster.id")),
                            UUID.fromString(value(path, values, "log.id")),
                            value(path, values, "node.id"),
                            UUID.fromString(value(path, values, "disk.id")),
                            State.valueOf(value(path, values, "state")),
                            isTrue(value(path, values, "shared")),
                            voters(path, values))
                    .at(level(values, FORMED_LEVEL), level(values, LEVEL));
        } catch (IllegalArgumentException e) {
            throw new DamagedFileException(path, String.valueOf(e.getMessage()));
        }
    }

    /** It is missing where it is the base. */
    private static int level(Map<String, String> values, String key) {
        return Integer.parseInt(values.getOrDefault(key, Integer.toString(FeatureLevel.BASE)));
    }

    private static boolean isTrue(String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw new IllegalArgumentException("shared=" + value + " is neither true nor false");
        }
        return value.equals("true");
    }

    private static List<Voter> voters(Path path, Map<String, String> values) throws IOException {
        List<Voter> voters = new ArrayList<>();
        for (Map.Entry<String, String> entry : values.entrySet()) {
            if (entry.getKey().startsWith(VOTER)) {
                String value = entry.getValue();
                int space = value.indexOf(' ');
                if (space < 0) {
                    throw new DamagedFileException(path, "\"" + value + "\" is not a disk id and an address");
                }
                voters.add(new Voter(
                        entry.getKey().substring(VOTER.length()),
                        UUID.fromString(value.substring(0, space)),
                        Address.parse(value.substring(space + 1))));
            }
        }
        return voters;
    }

    private static String value(Path path, Map<String, String> values, String key) throws IOException {
        String value = values.get(key);
        if (value == null) {
            throw new DamagedFileException(path, "the line " + key + "= is missing");
        }
        return value;
    }
}
