package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.holdfast.core.FencingToken;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What nodes say of elections on a store, which take the place of a log's. */
final class Elections {
    private static final String MASTER = "master";
    /** Roles that are printed; all that a node lists are in its JSON. */
    private static final int MOST = 20;

    private Elections() {}

    /** What that node says; missing if it has no such feature. */
    static JsonNode of(JsonNode node) {
        for (JsonNode feature : node.path("features")) {
            if (feature.has("engine") && feature.has("roles")) {
                return feature;
            }
        }
        return MissingNode.getInstance();
    }

    /** Whether that node stands for master. */
    static boolean wantsMaster(JsonNode node) {
        return Text.listOf(of(node).path("standsFor")).contains(MASTER);
    }

    /** In one word, as of a log's nodes. */
    static String role(JsonNode node) {
        if (Text.listOf(node.path("roles")).contains(MASTER)) {
            return MASTER;
        }
        return wantsMaster(node) ? "slave" : "-";
    }

    /** What the node that was asked sees, and whoever has lost the store. */
    static void print(PrintWriter out, JsonNode answer) {
        for (JsonNode node : answer.path("nodes")) {
            JsonNode seen = of(node);
            if (seen.isMissingNode()) {
                continue;
            }
            String name = Text.of(node.path("node"));
            boolean reached = seen.path("storeReached").asBoolean();
            boolean asked = name.equals(Text.of(answer.path("asked")));
            if (asked || !reached) {
                out.println();
                out.printf(
                        "elections by %s at %s, which %s %s%n",
                        Text.of(seen.path("engine")),
                        Text.of(seen.path("store")),
                        name,
                        reached ? "reaches" : "has not reached for " + Text.of(seen.path("silentMillis")) + " ms");
            }
            if (asked) {
                roles(out, seen);
            }
        }
    }

    private static void roles(PrintWriter out, JsonNode seen) {
        List<List<String>> rows = new ArrayList<>();
        seen.path("roles").properties().forEach(role -> {
            if (rows.size() < MOST) {
                JsonNode held = role.getValue();
                rows.add(List.of(
                        "  " + Text.of(TextNode.valueOf(role.getKey())),
                        Text.of(held.path("node")),
                        "token "
                                + new FencingToken(
                                        Math.max(0, held.path("token").asLong()))));
            }
        });
        if (!rows.isEmpty()) {
            Text.table(out, rows);
        }
        int more = seen.path("roles").size() - rows.size();
        if (more > 0) {
            out.printf("  and %d more roles%n", more);
        }
    }
}
