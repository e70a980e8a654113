package io.holdfast.backup.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyProvider.Wrapped;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.container.DataKeys;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.backup.crypto.Hkdf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue's small objects: two lines of JSON, of which the second one authenticates the first. The first one holds the
 * object's own name, so none can stand for another. The MAC is over the bytes of the first line as they are, hence nobody has
 * to write JSON in exactly one way; the second line has to be in exactly one, so that no bit of it may change either.
 */
final class Sealed {
    private static final int LARGEST_BYTES = 64 << 20;
    private static final int DEEPEST = 16;
    private static final String PURPOSE = "holdfast backup catalogue 1";
    private static final String FORMAT = "format";
    private static final String NAME = "name";

    private final BackupRepository repository;
    private final DataKeys keys;
    private final ObjectMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    Sealed(BackupRepository repository, DataKeys keys) {
        this.repository = repository;
        this.keys = keys;
    }

    /** The bytes of an object. */
    byte[] seal(String name, String format, ObjectNode body, @Nullable DataKey key) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        whole.put(FORMAT, format).put(NAME, name).setAll(body);
        byte[] first = line(whole);
        byte[] second = line(key == null ? plainSeal(first) : keyedSeal(first, key));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** A first line that says no more than whose it is. */
    static ObjectNode nothing() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode plainSeal(byte[] first) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("sha256", HexFormat.of().formatHex(Hkdf.sha256().digest(first)));
    }

    private static ObjectNode keyedSeal(byte[] first, DataKey key) {
        byte[] mac = Hkdf.mac(Hkdf.derive(key.key(), new byte[0], PURPOSE), first);
        return JsonNodeFactory.instance
                .objectNode()
                .put("key", key.wrapped().keyId())
                .put("wrapped", HexFormat.of().formatHex(key.wrapped().bytes()))
                .put("hmac-sha256", HexFormat.of().formatHex(mac));
    }

    private byte[] line(JsonNode json) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            line.write(mapper.writeValueAsBytes(json));
        } catch (IOException never) {
            throw new UncheckedIOException(never);
        }
        line.write('\n');
        return line.toByteArray();
    }

    /** Puts it unless one stands there. */
    boolean put(String name, byte[] content) {
        try {
            return repository.putIfAbsent(name, out -> out.write(content));
        } catch (IOException never) {
            throw new UncheckedIOException("what is in memory was not read", never);
        }
    }

    /** The bytes of an object, of which the catalogue's have never more than 64 MiB. */
    byte[] bytes(String name) {
        try (InputStream in = repository.read(name, 0)) {
            byte[] bytes = in.readNBytes(LARGEST_BYTES + 1);
            if (bytes.length > LARGEST_BYTES) {
                throw damaged(name, Damage.Kind.LONGER, "it is longer than 64 MiB, and so none of the catalogue's");
            }
            return bytes;
        } catch (IOException broken) {
            throw damaged(name, Damage.Kind.UNREADABLE, "it cannot be read: " + broken);
        }
    }

    /**
     * The first line of an object.
     *
     * @param context what its data key is for; null for a mark that anybody may make, which is checked for damage alone
     * @throws DamagedBackupException if it is not as it was sealed, or nobody can tell
     */
    JsonNode open(String name, byte[] bytes, @Nullable String context) {
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        if (end == bytes.length || bytes[bytes.length - 1] != '\n') {
            throw damaged(name, Damage.Kind.CUT, "it ends too early, after " + bytes.length + " bytes");
        }
        byte[] first = Arrays.copyOf(bytes, end + 1);
        byte[] second = Arrays.copyOfRange(bytes, end + 1, bytes.length);
        try {
            JsonNode seal = mapper.readTree(second);
            check(name, first, second, seal, context);
            JsonNode body = mapper.readTree(first);
            if (!text(body, NAME).equals(name)) {
                throw damaged(name, Damage.Kind.MISPLACED, "it is " + text(body, NAME));
            }
            return body;
        } catch (KeyUnavailableException missing) {
            throw damaged(name, Damage.Kind.NO_KEY, String.valueOf(missing.getMessage()));
        } catch (IOException | IllegalArgumentException malformed) {
            throw damaged(name, Damage.Kind.CHANGED, "it was changed: " + firstLine(malformed));
        }
    }

    private void check(String name, byte[] first, byte[] second, JsonNode seal, @Nullable String context) {
        ObjectNode expected;
        if (context == null || seal.has("sha256")) {
            if (context != null && !keys.readsUnencrypted()) {
                throw damaged(
                        name,
                        Damage.Kind.UNPROTECTED,
                        "it is not authenticated, so anybody may have made it; BackupKeys.alsoUnencrypted() reads it all the"
                                + " same");
            }
            expected = plainSeal(first);
        } else {
            Wrapped wrapped = new Wrapped(text(seal, "key"), HexFormat.of().parseHex(text(seal, "wrapped")));
            expected = keyedSeal(first, keys.open(wrapped, context));
        }
        if (!MessageDigest.isEqual(second, line(expected))) {
            throw new IllegalArgumentException("its second line does not belong to its first");
        }
    }

    /** Which format the first line has. */
    static String format(JsonNode body) {
        return text(body, FORMAT);
    }

    static String text(JsonNode json, String field) {
        JsonNode value = json.get(field);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException("there is no text \"" + field + "\"");
        }
        return value.textValue();
    }

    static long number(JsonNode json, String field) {
        JsonNode value = json.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new IllegalArgumentException("there is no number \"" + field + "\"");
        }
        return value.longValue();
    }

    static ObjectNode object(JsonNode json, String field) {
        if (json.get(field) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("there is no object \"" + field + "\"");
    }

    static ArrayNode array(JsonNode json, String field) {
        if (json.get(field) instanceof ArrayNode array) {
            return array;
        }
        throw new IllegalArgumentException("there is no list \"" + field + "\"");
    }

    private static String firstLine(Exception malformed) {
        return String.valueOf(malformed.getMessage()).lines().findFirst().orElse("");
    }

    private static DamagedBackupException damaged(String name, Damage.Kind kind, String what) {
        return new DamagedBackupException(Damage.of(name, kind, what));
    }
}
