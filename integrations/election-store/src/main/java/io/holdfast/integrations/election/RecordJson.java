package io.holdfast.integrations.election;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.core.Address;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records as JSON, which people can read with the store's own tools. What does not look right is not read at all. */
final class RecordJson {
    private static final int MOST_CHARS = 1 << 19;
    static final int MOST_ROLES = 2_000;
    static final long MOST_MILLIS = 3_600_000;

    private final ObjectMapper mapper = new ObjectMapper();

    String write(NodeRecord node) {
        ObjectNode json = mapper.createObjectNode();
        json.put("node", node.node());
        Address address = node.address();
        if (address != null) {
            json.put("address", address.toString());
        }
        json.put("beat", node.beat());
        json.put("leaseMillis", node.leaseMillis());
        json.put("driftMillis", node.driftMillis());
        json.put("health", node.health().name());
        ObjectNode roles = json.putObject("roles");
        node.roles().forEach((role, bid) -> {
            ObjectNode entry = roles.putObject(role);
            entry.put("priority", bid.priority());
            if (bid.paused()) {
                entry.put("paused", true);
            }
        });
        return json.toString();
    }

    String write(RoleRecord role) {
        ObjectNode json = mapper.createObjectNode();
        json.put("token", role.token().value());
        json.put("held", role.held());
        json.put("node", role.node());
        json.put("incarnation", role.incarnation());
        json.put("stopWithinMillis", role.stopWithinMillis());
        if (!role.to().isEmpty()) {
            json.put("to", role.to());
        }
        return json.toString();
    }

    /** Null if that is no record of a node. */
    @Nullable
    NodeRecord readNode(String value) {
        JsonNode json = read(value);
        if (json == null
                || !hasText(json, "node")
                || !isMillis(json, "leaseMillis")
                || !isMillis(json, "driftMillis")) {
            return null;
        }
        SortedMap<String, NodeRecord.Bid> roles = new TreeMap<>();
        Iterator<String> names = json.path("roles").fieldNames();
        while (names.hasNext() && roles.size() < MOST_ROLES) {
            String role = names.next();
            JsonNode bid = json.path("roles").path(role);
            roles.put(
                    role,
                    new NodeRecord.Bid(
                            bid.path("priority").asInt(), bid.path("paused").asBoolean()));
        }
        return new NodeRecord(
                json.path("node").asText(),
                address(json.path("address").asText()),
                json.path("beat").asLong(),
                json.path("leaseMillis").asLong(),
                json.path("driftMillis").asLong(),
                health(json.path("health").asText()),
                roles);
    }

    /** Null for none, and for what leads nowhere: it is for operators, and no reason to leave a record unread. */
    private static @Nullable Address address(String text) {
        try {
            Address address = text.isEmpty() ? null : Address.parse(text);
            return address == null || address.port() == 0 ? null : address;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Health health(String name) {
        for (Health health : Health.values()) {
            if (health.name().equals(name)) {
                return health;
            }
        }
        return Health.DEGRADED; // a later version's word for something that is not simply UP
    }

    /** Null if that is no record of a role. */
    @Nullable
    RoleRecord readRole(String value) {
        JsonNode json = read(value);
        boolean sound = json != null
                && json.path("token").canConvertToLong()
                && json.path("token").asLong() >= 0
                && json.path("held").isBoolean()
                && json.path("node").isTextual()
                && json.path("incarnation").isTextual()
                && isMillis(json, "stopWithinMillis");
        return !sound || json == null
                ? null
                : new RoleRecord(
                        new FencingToken(json.path("token").asLong()),
                        json.path("held").asBoolean(),
                        json.path("node").asText(),
                        json.path("incarnation").asText(),
                        json.path("stopWithinMillis").asLong(),
                        json.path("to").asText());
    }

    private @Nullable JsonNode read(String value) {
        try {
            JsonNode json = value.length() > MOST_CHARS ? null : mapper.readTree(value);
            return json == null || !json.isObject() ? null : json;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static boolean hasText(JsonNode json, String name) {
        return json.path(name).isTextual() && !json.path(name).asText().isEmpty();
    }

    private static boolean isMillis(JsonNode json, String name) {
        JsonNode millis = json.path(name);
        return millis.canConvertToLong()
                && millis.isIntegralNumber()
                && millis.asLong() >= 0
                && millis.asLong() <= MOST_MILLIS;
    }
}
