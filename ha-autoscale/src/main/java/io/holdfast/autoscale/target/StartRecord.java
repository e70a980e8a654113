package io.holdfast.autoscale.target;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * That a node was to be started, as its file has it.
 *
 * @param node which one
 * @param action of the order that it was started by
 * @param token of that order
 * @param mark tells this start from all others of that node
 * @param boot the kernel's run it belongs to; empty where the system does not say
 * @param log the name of its log file
 * @param process the process; null until whoever looks has learned it from what the process left behind itself
 * @param stopping whether it was told to stop
 */
record StartRecord(
        String node,
        String action,
        long token,
        String mark,
        String boot,
        String log,
        @Nullable ProcessIdentity process,
        boolean stopping) {
    static final String FORMAT = "holdfast-process-1";

    private static final ObjectMapper JSON = new ObjectMapper();

    StartRecord withProcess(ProcessIdentity found) {
        return new StartRecord(node, action, token, mark, boot, log, found, stopping);
    }

    StartRecord asStopping() {
        return new StartRecord(node, action, token, mark, boot, log, process, true);
    }

    Optional<ProcessIdentity> known() {
        return Optional.ofNullable(process);
    }

    String toJson() {
        ObjectNode json = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("node", node)
                .put("action", action)
                .put("token", token)
                .put("mark", mark)
                .put("boot", boot)
                .put("log", log)
                .put("stopping", stopping);
        if (process != null) {
            json.put("pid", process.pid()).put("born", process.born());
        }
        return json + "\n";
    }

    /** @throws UnreadableRecordException if it is not one of that node's */
    static StartRecord fromJson(String node, String text) throws UnreadableRecordException {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException damaged) {
            throw new UnreadableRecordException("is damaged: " + damaged.getOriginalMessage());
        }
        String format = json.path("format").asText();
        if (!format.equals(FORMAT)) {
            throw new UnreadableRecordException(
                    format.startsWith("holdfast-process-")
                            ? "has the format " + format + "; use the release that wrote it"
                            : "is damaged: it has no format");
        }
        if (!text(json, "node").equals(node)) {
            throw new UnreadableRecordException("is of another node, " + text(json, "node"));
        }
        JsonNode pid = json.path("pid");
        boolean numbers = json.path("token").canConvertToLong()
                && (pid.isMissingNode() || (pid.canConvertToLong() && pid.asLong() > 0));
        if (!numbers) {
            throw new UnreadableRecordException("is damaged: its token or pid is no number");
        }
        return new StartRecord(
                node,
                text(json, "action"),
                json.path("token").asLong(),
                text(json, "mark"),
                text(json, "boot"),
                text(json, "log"),
                pid.isMissingNode() ? null : new ProcessIdentity(pid.asLong(), text(json, "born")),
                json.path("stopping").asBoolean());
    }

    private static String text(JsonNode json, String name) throws UnreadableRecordException {
        JsonNode value = json.path(name);
        if (!value.isTextual()) {
            throw new UnreadableRecordException("is damaged: it has no " + name);
        }
        return value.asText();
    }
}
