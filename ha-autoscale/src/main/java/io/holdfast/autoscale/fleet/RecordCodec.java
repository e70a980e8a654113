package io.holdfast.autoscale.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.decide.SizingMemory;
import io.holdfast.autoscale.decide.SizingMemory.Change;
import io.holdfast.autoscale.decide.SizingMemory.Recommendation;
import io.holdfast.autoscale.fleet.FleetState.Going;
import io.holdfast.autoscale.fleet.FleetState.Growth;
import io.holdfast.autoscale.fleet.FleetState.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The record in the log as JSON; see docs/formats.md. What a later version adds is passed over. */
public final class RecordCodec {
    private static final int FORMAT = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordCodec() {}

    /** As bytes. */
    public static byte[] encode(ScalingRecord record) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.put("token", record.token());
        root.put("log", record.logId());
        root.put("at", record.atMillis());
        root.put("pausedBy", record.pausedBy());
        FleetState fleet = record.fleet();
        root.put("wanted", fleet.wanted());
        root.put("actions", fleet.actions());
        fleet.growth().ifPresent(growth -> {
            ObjectNode node = root.putObject("growth");
            node.put("action", growth.action());
            ArrayNode nodes = node.putArray("nodes");
            growth.nodes().forEach(nodes::add);
            node.put("size", growth.size());
        });
        fleet.going().ifPresent(going -> {
            ObjectNode node = root.putObject("going");
            node.put("action", going.action());
            node.put("node", going.node());
            node.put("phase", going.phase().name());
            node.put("heir", going.heir());
        });
        ArrayNode ordered = root.putArray("ordered");
        fleet.ordered().forEach(ordered::add);
        ArrayNode known = root.putArray("known");
        fleet.known().forEach(known::add);
        ArrayNode recommendations = root.putArray("recommendations");
        record.memory().recommendations().forEach(r -> recommendations
                .addArray()
                .add(r.fromMillis())
                .add(r.toMillis())
                .add(r.nodes()));
        ArrayNode changes = root.putArray("changes");
        record.memory()
                .changes()
                .forEach(c -> changes.addArray().add(c.atMillis()).add(c.from()).add(c.to()));
        ArrayNode startUps = root.putArray("startUps");
        record.memory().startUpMillis().forEach(startUps::add);
        ArrayNode history = root.putArray("history");
        record.history().forEach(snapshot -> encode(snapshot, history.addObject()));
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a record cannot be written", e);
        }
    }

    private static void encode(LoadSnapshot snapshot, ObjectNode node) {
        node.put("at", snapshot.at().toEpochMilli());
        node.put("wanted", snapshot.wanted());
        node.put("ready", snapshot.ready());
        node.put("warming", snapshot.warming());
        ObjectNode metrics = node.putObject("metrics");
        snapshot.metrics().forEach((name, metric) -> metrics.putArray(name)
                .add(metric.reported())
                .add(metric.sum())
                .add(metric.max()));
    }

    /**
     * From bytes.
     *
     * @throws IllegalArgumentException if that is no such record, or of a later format
     */
    public static ScalingRecord decode(byte[] bytes) {
        JsonNode root;
        try {
            root = JSON.readTree(bytes);
        } catch (IOException e) {
            throw new IllegalArgumentException("the record of scaling is no JSON", e);
        }
        int format = root.path("format").asInt(-1);
        if (format != FORMAT) {
            throw new IllegalArgumentException("the record of scaling has the format " + format
                    + "; this version reads " + FORMAT + ". A later version wrote it, or something else did");
        }
        return new ScalingRecord(
                root.path("token").asLong(),
                root.path("log").asText(),
                root.path("at").asLong(),
                root.path("pausedBy").asText(),
                new FleetState(
                        root.path("wanted").asInt(),
                        growth(root.get("growth")),
                        going(root.get("going")),
                        list(root.path("ordered"), JsonNode::asText),
                        list(root.path("known"), JsonNode::asText),
                        root.path("actions").asLong()),
                new SizingMemory(
                        list(
                                root.path("recommendations"),
                                r -> new Recommendation(
                                        r.path(0).asLong(),
                                        r.path(1).asLong(),
                                        r.path(2).asInt())),
                        list(
                                root.path("changes"),
                                c -> new Change(
                                        c.path(0).asLong(),
                                        c.path(1).asInt(),
                                        c.path(2).asInt())),
                        list(root.path("startUps"), JsonNode::asLong)),
                list(root.path("history"), RecordCodec::snapshot));
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> element) {
        List<T> all = new ArrayList<>();
        array.forEach(node -> all.add(element.apply(node)));
        return all;
    }

    private static Optional<Growth> growth(@Nullable JsonNode node) {
        return node == null
                ? Optional.empty()
                : Optional.of(new Growth(
                        node.path("action").asText(),
                        list(node.path("nodes"), JsonNode::asText),
                        node.path("size").asInt()));
    }

    private static Optional<Going> going(@Nullable JsonNode node) {
        return node == null
                ? Optional.empty()
                : Optional.of(new Going(
                        node.path("action").asText(),
                        node.path("node").asText(),
                        Phase.valueOf(node.path("phase").asText()),
                        node.path("heir").asText()));
    }

    private static LoadSnapshot snapshot(JsonNode node) {
        Map<String, Metric> metrics = new TreeMap<>();
        node.path("metrics")
                .properties()
                .forEach(entry -> metrics.put(
                        entry.getKey(),
                        new Metric(
                                entry.getValue().path(0).asInt(),
                                entry.getValue().path(1).asDouble(),
                                entry.getValue().path(2).asDouble())));
        return new LoadSnapshot(
                Instant.ofEpochMilli(node.path("at").asLong()),
                node.path("wanted").asInt(),
                node.path("ready").asInt(),
                node.path("warming").asInt(),
                metrics);
    }
}
