package io.holdfast.backup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.DrillInfo.Outcome;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of a drill, as it lies in the layer that it was restored from.
 *
 * @param id when it began, under which token; no backup's
 * @param cluster the cluster's name
 * @param node the id of the node that did it
 * @param source the name of whose backup was restored
 * @param backup the id of that, or of the physical one that it began with; empty if it did not come that far
 * @param logId of which log; empty if of none
 * @param index up to which entry; 0 if it did not come that far
 * @param wallMillis when that entry was taken, by its master's wall clock; 0 if it did not come that far
 * @param tookMillis how long it took
 * @param detail for people, at most 1,000 characters
 */
public record DrillRecord(
        BackupId id,
        Outcome outcome,
        String cluster,
        String node,
        String source,
        String backup,
        String logId,
        long index,
        long wallMillis,
        long tookMillis,
        String detail) {
    static final String FORMAT = "holdfast-drill-1";
    private static final int LONGEST_DETAIL = 1_000;

    /** Cuts the detail. */
    public DrillRecord {
        detail = detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) : detail;
    }

    /** True if it may be relied on that the layer restores. */
    public boolean isGood() {
        return outcome == Outcome.PROVEN || outcome == Outcome.RESTORED;
    }

    /** What people are told of it who find it in that layer. */
    public DrillInfo info(String layer) {
        return new DrillInfo(
                layer,
                outcome,
                node,
                source,
                backup,
                logId,
                index,
                wallMillis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(wallMillis)),
                id.began(),
                Duration.ofMillis(tookMillis),
                detail);
    }

    ObjectNode toJson() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id.toString())
                .put("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .put("cluster", cluster)
                .put("node", node)
                .put("source", source)
                .put("backup", backup)
                .put("log", logId)
                .put("index", index)
                .put("wallMillis", wallMillis)
                .put("tookMillis", tookMillis)
                .put("detail", detail);
    }

    /** @throws IllegalArgumentException saying what is missing or of no use; fields that a later release added are passed over */
    static DrillRecord fromJson(JsonNode json) {
        try {
            return new DrillRecord(
                    BackupId.parse(Sealed.text(json, "id")),
                    Outcome.valueOf(Sealed.text(json, "outcome").toUpperCase(Locale.ROOT)),
                    Sealed.text(json, "cluster"),
                    Sealed.text(json, "node"),
                    Sealed.text(json, "source"),
                    Sealed.text(json, "backup"),
                    Sealed.text(json, "log"),
                    Sealed.number(json, "index"),
                    Sealed.number(json, "wallMillis"),
                    Sealed.number(json, "tookMillis"),
                    Sealed.text(json, "detail"));
        } catch (DateTimeException malformed) {
            throw new IllegalArgumentException("a time that is none: " + malformed.getMessage(), malformed);
        }
    }
}
