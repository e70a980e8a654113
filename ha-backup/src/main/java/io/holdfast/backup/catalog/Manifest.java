package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.BackupKind;
import io.holdfast.backup.BackupSource;
import io.holdfast.backup.LogRange;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a backup is. Written last: there is a backup if there is its manifest, and then it is whole.
 *
 * @param id its id, with when it began and the fencing token of who made it
 * @param cluster the cluster's name
 * @param kind what it holds
 * @param source the {@linkplain BackupSource#name() name} of what it is of
 * @param node the id of the node that it was taken on
 * @param range which part of the log it stands for; empty if it has to do with none
 * @param ended when it was whole, by the wall clock
 * @param objects its containers, at least one
 * @param needs the backups without which it does not restore
 * @param facts what the source says about it, sorted by name
 * @param remarks what an operator should know of
 */
public record Manifest(
        BackupId id,
        String cluster,
        BackupKind kind,
        String source,
        String node,
        Optional<LogRange> range,
        Instant ended,
        List<StoredObject> objects,
        List<BackupId> needs,
        Map<String, String> facts,
        List<String> remarks) {
    static final String FORMAT = "holdfast-manifest-1";

    /** Copies what it is given. */
    public Manifest {
        objects = List.copyOf(objects);
        needs = List.copyOf(needs);
        facts = Collections.unmodifiableMap(new TreeMap<>(facts));
        remarks = List.copyOf(remarks);
        if (objects.isEmpty()) {
            throw new IllegalArgumentException("a backup without objects");
        }
        for (StoredObject object : objects) {
            if (!object.name().startsWith(Layout.data(id))) {
                throw new IllegalArgumentException(object.name() + " is no object of the backup " + id);
            }
        }
    }

    /**
     * A container.
     *
     * @param name in the repository
     * @param contentBytes of what was backed up
     * @param storedBytes of the container
     * @param sha256 of the container, as hexadecimal digits
     */
    public record StoredObject(String name, long contentBytes, long storedBytes, String sha256) {}

    /** What people are told of it who find it in that layer. */
    public BackupInfo info(String layer) {
        return new BackupInfo(layer, id.toString(), source, kind, id.began(), ended, storedBytes(), range, remarks);
    }

    /** Of what was backed up. */
    public long contentBytes() {
        return objects.stream().mapToLong(StoredObject::contentBytes).sum();
    }

    /** In the repository, without this. */
    public long storedBytes() {
        return objects.stream().mapToLong(StoredObject::storedBytes).sum();
    }

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id.toString());
        json.put("cluster", cluster).put("kind", name(kind)).put("source", source);
        json.put("node", node);
        range.ifPresent(log -> json.putObject("range")
                .put("log", log.logId())
                .put("fromIndex", log.fromIndex())
                .put("toIndex", log.toIndex())
                .put("toTerm", log.toTerm())
                .put("fromMillis", log.fromMillis())
                .put("toMillis", log.toMillis()));
        json.put("ended", ended.toString());
        json.put("contentBytes", contentBytes()).put("storedBytes", storedBytes());
        ArrayNode all = json.putArray("objects");
        for (StoredObject object : objects) {
            all.addObject()
                    .put("name", object.name())
                    .put("contentBytes", object.contentBytes())
                    .put("storedBytes", object.storedBytes())
                    .put("sha256", object.sha256());
        }
        ArrayNode needed = json.putArray("needs");
        needs.forEach(other -> needed.add(other.toString()));
        ObjectNode said = json.putObject("facts");
        facts.forEach(said::put);
        ArrayNode remarked = json.putArray("remarks");
        remarks.forEach(remarked::add);
        return json;
    }

    /** As text, in manifests and containers. */
    static String name(BackupKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static BackupKind kind(String name) {
        for (BackupKind kind : BackupKind.values()) {
            if (name(kind).equals(name)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("its kind is " + name + ", which this release does not know");
    }

    /** @throws IllegalArgumentException saying what is missing or of no use; fields that a later release added are passed over */
    static Manifest fromJson(JsonNode json) {
        try {
            List<StoredObject> objects = new ArrayList<>();
            for (JsonNode object : Sealed.array(json, "objects")) {
                objects.add(new StoredObject(
                        Sealed.text(object, "name"),
                        Sealed.number(object, "contentBytes"),
                        Sealed.number(object, "storedBytes"),
                        Sealed.text(object, "sha256")));
            }
            List<BackupId> needs = new ArrayList<>();
            for (JsonNode other : Sealed.array(json, "needs")) {
                needs.add(BackupId.parse(other.asText()));
            }
            List<String> remarks = new ArrayList<>();
            for (JsonNode remark : Sealed.array(json, "remarks")) {
                remarks.add(remark.asText());
            }
            Map<String, String> facts = new TreeMap<>();
            JsonNode said = Sealed.object(json, "facts");
            said.fieldNames().forEachRemaining(fact -> facts.put(fact, Sealed.text(said, fact)));
            return new Manifest(
                    BackupId.parse(Sealed.text(json, "id")),
                    Sealed.text(json, "cluster"),
                    kind(Sealed.text(json, "kind")),
                    Sealed.text(json, "source"),
                    Sealed.text(json, "node"),
                    json.has("range") ? Optional.of(range(Sealed.object(json, "range"))) : Optional.empty(),
                    Instant.parse(Sealed.text(json, "ended")),
                    objects,
                    needs,
                    facts,
                    remarks);
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("a time that is none: " + malformed.getMessage(), malformed);
        }
    }

    private static LogRange range(JsonNode json) {
        return new LogRange(
                Sealed.text(json, "log"),
                Sealed.number(json, "fromIndex"),
                Sealed.number(json, "toIndex"),
                Sealed.number(json, "toTerm"),
                Sealed.number(json, "fromMillis"),
                Sealed.number(json, "toMillis"));
    }
}
