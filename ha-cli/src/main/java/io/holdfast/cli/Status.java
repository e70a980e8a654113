package io.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.core.OperatorClient;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** How is the cluster? */
@Command(
        name = "status",
        description = "Shows all nodes of a cluster, as any one of them sees and reaches them.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:there is a master, and all nodes are reached, ready and UP",
            "1:something of that is not so, and is shown",
            "5:the node was not reached",
            "6:not allowed: it needs the role READ",
            "64:the command was not understood"
        })
final class Status implements Callable<Integer> {
    private static final List<String> HEAD =
            List.of("NODE", "ADDRESS", "ROLE", "TERM", "LAST", "COMMIT", "APPLIED", "LAG", "HEALTH", "READY", "ROLES");

    @Mixin
    private final NodeOptions options = new NodeOptions(5);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode answer;
        try (OperatorClient client = options.open()) {
            answer = options.read(
                    client,
                    options.address(),
                    "status",
                    Map.of("all", "true", "timeoutMillis", options.timeoutOfOthers()));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (options.json()) {
            out.println(answer);
        } else {
            print(out, answer);
        }
        return problems(answer).isEmpty() ? ExitCodes.WHOLE : ExitCodes.NOT_WELL;
    }

    /** Empty if no node that is reached knows one; the one of the highest term, or token, if they differ. */
    static String master(JsonNode answer) {
        String master = "";
        long latest = -1;
        for (JsonNode node : answer.path("nodes")) {
            JsonNode log = log(node);
            JsonNode held = Elections.of(node).path("roles").path("master");
            boolean onStore = held.has("node");
            String known = Text.of(onStore ? held.path("node") : log.path("master"));
            long order =
                    onStore ? held.path("token").asLong() : log.path("term").asLong();
            if (!known.isEmpty() && order > latest) {
                latest = order;
                master = known;
            }
        }
        return master;
    }

    private static JsonNode log(JsonNode node) {
        return node.path("features").path("replication");
    }

    private static void print(PrintWriter out, JsonNode answer) {
        String master = master(answer);
        out.printf(
                "cluster %s, as %s sees it; %s%n%n",
                Text.of(answer.path("cluster")),
                Text.of(answer.path("asked")),
                master.isEmpty() ? "no master is known" : "the master is " + master);
        long commit = 0;
        for (JsonNode node : answer.path("nodes")) {
            commit = Math.max(commit, log(node).path("commitIndex").asLong());
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (JsonNode node : answer.path("nodes")) {
            rows.add(row(node, commit));
        }
        Text.table(out, rows);
        Elections.print(out, answer);
        upgrade(out, answer);
        List<String> problems = problems(answer);
        if (!problems.isEmpty()) {
            out.println();
            problems.forEach(out::println);
        }
    }

    /** Not a problem, but to be known: what is new in the log is not used before. */
    private static void upgrade(PrintWriter out, JsonNode answer) {
        for (JsonNode node : answer.path("nodes")) {
            JsonNode log = log(node);
            int level = log.path("level").asInt();
            if (log.path("common").asInt() > level) {
                out.printf(
                        "%nall nodes support level %d of the log, which is at %d: ha upgrade finish, when nobody wants to go back%n",
                        log.path("common").asInt(), level);
            }
        }
    }

    private static List<String> row(JsonNode node, long commit) {
        String name = Text.of(node.path("node"));
        String address = Text.of(node.path("address"));
        if (!node.path("reached").asBoolean()) {
            return List.of(name, address, "not reached");
        }
        JsonNode log = log(node);
        boolean formed = log.path("formed").asBoolean();
        String applied = Text.of(log.path("appliedIndex"));
        return List.of(
                name,
                address,
                formed ? Text.of(log.path("role")).toLowerCase(Locale.ROOT) : Elections.role(node),
                formed ? Text.of(log.path("term")) : "-",
                formed ? Text.of(log.path("lastIndex")) : "-",
                formed ? Text.of(log.path("commitIndex")) : "-",
                formed ? applied : "-",
                formed
                        ? Long.toString(
                                Math.max(0, commit - log.path("appliedIndex").asLong()))
                        : "-",
                Text.of(node.path("health")),
                node.path("ready").asBoolean() ? "yes" : "no",
                String.join(",", Text.listOf(node.path("roles"))));
    }

    private static List<String> problems(JsonNode answer) {
        List<String> problems = new ArrayList<>();
        boolean elects = false;
        for (JsonNode node : answer.path("nodes")) {
            String name = Text.of(node.path("node"));
            elects |= log(node).has("formed") || Elections.wantsMaster(node);
            if (!node.path("reached").asBoolean()) {
                problems.add(name + " is not reached: " + Text.of(node.path("problem")));
                continue;
            }
            if (!node.path("ready").asBoolean()) {
                problems.add(name + " is not ready: " + Text.of(node.path("whyNotReady")));
            }
            node.path("findings").properties().forEach(found -> {
                String health = Text.of(found.getValue().path("health"));
                if (!health.equals("UP")) {
                    problems.add(name + ": " + found.getKey() + " is " + health + ": "
                            + Text.of(found.getValue().path("detail")));
                }
            });
        }
        if (elects && master(answer).isEmpty()) {
            problems.add("no master is known; ha explain says why");
        }
        return problems;
    }
}
