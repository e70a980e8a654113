package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.StoredBackups.Details;
import java.util.Locale;

/** A backup as JSON: the same fields whichever command prints it. */
final class BackupJson {
    private BackupJson() {}

    static ObjectNode of(ObjectMapper mapper, DrillInfo drill) {
        ObjectNode json = mapper.createObjectNode();
        json.put("drill", drill.outcome().name().toLowerCase(Locale.ROOT))
                .put("repository", drill.layer())
                .put("node", drill.node())
                .put("source", drill.source())
                .put("backup", drill.backup())
                .put("logId", drill.logId())
                .put("index", drill.index())
                .put("began", drill.began().toString())
                .put("tookMillis", drill.took().toMillis())
                .put("detail", drill.detail());
        drill.entryAt().ifPresent(at -> json.put("entryAt", at.toString()));
        return json;
    }

    static ObjectNode of(ObjectMapper mapper, Details backup) {
        BackupInfo info = backup.info();
        ObjectNode json = mapper.createObjectNode();
        json.put("id", info.id())
                .put("repository", info.layer())
                .put("cluster", backup.cluster())
                .put("node", backup.node())
                .put("source", info.source())
                .put("kind", info.kind().name().toLowerCase(Locale.ROOT))
                .put("began", info.began().toString())
                .put("ended", info.ended().toString())
                .put("storedBytes", info.storedBytes());
        info.range().ifPresent(range -> json.putObject("range")
                .put("logId", range.logId())
                .put("fromIndex", range.fromIndex())
                .put("toIndex", range.toIndex())
                .put("toTerm", range.toTerm())
                .put("fromMillis", range.fromMillis())
                .put("toMillis", range.toMillis()));
        backup.parts().forEach(part -> json.withArray("parts")
                .addObject()
                .put("object", part.object())
                .put("contentBytes", part.contentBytes())
                .put("storedBytes", part.storedBytes())
                .put("sha256", part.sha256()));
        backup.needs().forEach(json.putArray("needs")::add);
        ObjectNode facts = json.putObject("facts");
        backup.facts().forEach(facts::put);
        info.remarks().forEach(json.putArray("remarks")::add);
        return json;
    }
}
