package io.holdfast.backup.logical;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first line: what the others are.
 *
 * @param cluster the cluster's name
 * @param logId of which log
 * @param index the last entry of the log that counts: all values are those that were there then
 * @param term of that entry
 * @param wallMillis when that entry was taken, by its master's wall clock
 * @param maps what was asked for; empty for all
 * @param prefix what the keys begin with; empty for all
 * @param filtered true if only some of those are in it
 * @param changes null if it holds all that was asked for
 * @param wholeBecause why it is that although a period was asked for; empty if not
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record Header(
        String cluster,
        String logId,
        long index,
        long term,
        long wallMillis,
        List<String> maps,
        byte[] prefix,
        boolean filtered,
        @Nullable Changes changes,
        String wholeBecause) {
    static final String FORMAT = "holdfast-logical-1";

    /** Copies what it is given. */
    public Header {
        maps = List.copyOf(maps);
    }

    /**
     * It holds what has been named by commands of a period.
     *
     * @param afterIndex the last entry of the log before it
     * @param afterMillis commands up to then were not counted either, by their masters' wall clocks; 0 if that was not asked for
     * @param wholeMaps names of the maps, as JSON tells bytes, of which it holds everything, since all keys were removed at once: which ones those were is not known
     */
    public record Changes(long afterIndex, long afterMillis, List<byte[]> wholeMaps) {
        /** Copies what it is given. */
        public Changes {
            wholeMaps = List.copyOf(wholeMaps);
        }
    }

    ObjectNode json() throws IOException {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT)
                .put("cluster", cluster)
                .put("log", logId)
                .put("index", index)
                .put("term", term)
                .put("wallMillis", wallMillis);
        if (!maps.isEmpty()) {
            ArrayNode names = json.putArray("maps");
            maps.forEach(names::add);
        }
        if (prefix.length > 0) {
            json.set("prefix", Lines.tree(prefix));
        }
        if (filtered) {
            json.put("filtered", true);
        }
        Changes of = changes;
        if (of != null) {
            ObjectNode period = json.putObject("changes").put("afterIndex", of.afterIndex());
            if (of.afterMillis() != 0) {
                period.put("afterMillis", of.afterMillis());
            }
            if (!of.wholeMaps().isEmpty()) {
                ArrayNode names = period.putArray("wholeMaps");
                for (byte[] name : of.wholeMaps()) {
                    names.add(Lines.tree(name));
                }
            }
        }
        if (!wholeBecause.isEmpty()) {
            json.put("wholeBecause", wholeBecause);
        }
        return json;
    }

    static Header of(JsonNode json) throws IOException {
        String format = json.path("format").asText();
        if (!format.equals(FORMAT)) {
            throw new IOException(
                    format.startsWith("holdfast-logical-")
                            ? "its format is " + format + ", and this release reads " + FORMAT
                                    + ": use the release that wrote it"
                            : "it is no header of a logical backup: its format would be " + FORMAT);
        }
        List<String> maps = new ArrayList<>();
        json.path("maps").forEach(name -> maps.add(name.asText()));
        Changes changes = null;
        JsonNode period = json.get("changes");
        if (period != null) {
            List<byte[]> whole = new ArrayList<>();
            for (JsonNode name : period.path("wholeMaps")) {
                whole.add(Bytes.read("wholeMaps", name));
            }
            changes = new Changes(
                    Lines.number(period, "afterIndex"),
                    period.path("afterMillis").asLong(),
                    whole);
        }
        return new Header(
                json.path("cluster").asText(),
                json.path("log").asText(),
                Lines.number(json, "index"),
                Lines.number(json, "term"),
                Lines.number(json, "wallMillis"),
                maps,
                json.has("prefix") ? Bytes.read("prefix", json.get("prefix")) : new byte[0],
                json.path("filtered").asBoolean(),
                changes,
                json.path("wholeBecause").asText());
    }
}
