package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.Address;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OperatorClient;
import java.util.Map;

/** Where nodes are, by the status of all that one of them tells. */
final class Whereabouts {
    private Whereabouts() {}

    /** What the node that was named says of all. */
    static JsonNode status(NodeOptions options, OperatorClient client) {
        return options.read(
                client, options.address(), "status", Map.of("all", "true", "timeoutMillis", options.timeoutOfOthers()));
    }

    /** @throws NotAvailableException if that node is not in the status */
    static Address of(String id, JsonNode status, NodeOptions options) {
        for (JsonNode node : status.path("nodes")) {
            if (Text.of(node.path("node")).equals(id)) {
                boolean asked = id.equals(Text.of(status.path("asked")));
                return asked ? options.address() : Address.parse(Text.of(node.path("address")));
            }
        }
        throw new NotAvailableException("nobody knows the address of " + id);
    }

    /** @throws NotAvailableException if no node that was reached has that role */
    static Address holder(String role, NodeOptions options, OperatorClient client) {
        JsonNode status = status(options, client);
        for (JsonNode node : status.path("nodes")) {
            if (Text.listOf(node.path("roles")).contains(role)) {
                return of(Text.of(node.path("node")), status, options);
            }
        }
        throw new NotAvailableException("no node that was reached has the role " + role
                + "; ha explain says why, and ha status which are not reached");
    }
}
