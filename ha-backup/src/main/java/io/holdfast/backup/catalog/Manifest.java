package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a backup is. Written last: there is a backup if there is its manifest, and then it is whole.
 *
 * @param id its id, with when it began and the fencing token of who made it
 * @param cluster the cluster's name
 * @param kind what it is, such as {@code physical}
 * @param source the node that it was taken from
 * @param range which part of the log it stands for
 * @param ended when it was whole, by the wall clock
 * @param objects its containers, at least one
 * @param needs the backups without which it does not restore
 */
public record Manifest(
        BackupId id,
        String cluster,
        String kind,
        String source,
        Range range,
        Instant ended,
        List<StoredObject> objects,
        List<BackupId> needs) {
    static final String FORMAT = "holdfast-manifest-1";

    /** Copies the lists. */
    public Manifest {
        objects = List.copyOf(objects);
        needs = List.copyOf(needs);
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
     * A part of the log.
     *
     * @param term of its last entry
     * @param fromIndex the first entry that it stands for
     * @param toIndex the last one
     */
    public record Range(long term, long fromIndex, long toIndex) {
        /** Checks the order. */
        public Range {
            if (term < 0 || fromIndex < 0 || toIndex < fromIndex) {
                throw new IllegalArgumentException("from " + fromIndex + " to " + toIndex + " of term " + term);
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
        json.put("cluster", cluster).put("kind", kind).put("source", source);
        json.put("term", range.term()).put("fromIndex", range.fromIndex()).put("toIndex", range.toIndex());
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
        return json;
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
            return new Manifest(
                    BackupId.parse(Sealed.text(json, "id")),
                    Sealed.text(json, "cluster"),
                    Sealed.text(json, "kind"),
                    Sealed.text(json, "source"),
                    new Range(
                            Sealed.number(json, "term"),
                            Sealed.number(json, "fromIndex"),
                            Sealed.number(json, "toIndex")),
                    Instant.parse(Sealed.text(json, "ended")),
                    objects,
                    needs);
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("a time that is none: " + malformed.getMessage(), malformed);
        }
    }
}
