package io.holdfast.verification.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGTERM, by which service managers end a process, is an orderly stop, although the program does nothing about it. Callbacks may
 * take two minutes here, so that whoever waited for leases would wait for longer than this test does.
 */
class SigtermTest {
    private static final String STOP_WITHIN_SECONDS = "120";
    private static final int ENDED_BY_SIGTERM = 128 + 15;

    @TempDir
    Path directory;

    private final Map<String, ChildProgram> nodes = new LinkedHashMap<>();

    private void start(int count, boolean stopOnShutdown) throws Exception {
        List<String> addresses = new ArrayList<>();
        for (String address : Loopback.freeTexts(count)) {
            addresses.add("node-" + (addresses.size() + 1) + "@" + address);
        }
        for (int i = 1; i <= count; i++) {
            String id = "node-" + i;
            List<String> arguments = new ArrayList<>(List.of(
                    id, directory.resolve(id).toString(), Boolean.toString(stopOnShutdown), STOP_WITHIN_SECONDS));
            arguments.addAll(addresses);
            nodes.put(id, ChildProgram.start(SigtermProgram.class, logOf(id), arguments));
        }
        awaitSaid("ready", nodes.size());
    }

    private Path logOf(String id) {
        return directory.resolve(id + ".log");
    }

    @AfterEach
    void end() {
        nodes.values().forEach(ChildProgram::close);
    }

    private void awaitSaid(String beginning, int howMany) throws Exception {
        Eventually.eventually(
                howMany + " say " + beginning,
                () -> nodes.values().stream()
                                .filter(node -> node.hasSaid(beginning))
                                .count()
                        >= howMany,
                this::said);
    }

    private Map<String, List<String>> said() {
        Map<String, List<String>> said = new LinkedHashMap<>();
        nodes.forEach((id, node) -> said.put(id, node.lines()));
        return said;
    }

    private String log(String id) throws IOException {
        return Files.readString(logOf(id));
    }

    @Test
    void mastershipAndRolesAreHandedOverAndNobodyWaitsForALease() throws Exception {
        start(3, true);
        awaitSaid("begins master", 1);
        String master = nodes.entrySet().stream()
                .filter(node -> node.getValue().hasSaid("begins master"))
                .findFirst()
                .orElseThrow()
                .getKey();
        ChildProgram ending = nodes.get(master);
        ending.tell("stand invoices");
        awaitSaid("begins invoices", 1);
        for (ChildProgram node : nodes.values()) {
            if (node != ending) {
                node.tell("stand invoices");
            }
        }
        awaitSaid("stands for invoices", 3);

        ending.terminate();
        awaitSaid("begins master", 2);
        awaitSaid("begins invoices", 2);
        assertEquals(ENDED_BY_SIGTERM, ending.exitStatus(), log(master));
        assertTrue(ending.hasSaid("ended master: the node stops"), ending.lines()::toString);
        assertTrue(ending.hasSaid("ended invoices: the node stops"), ending.lines()::toString);
        assertTrue(log(master).contains("stops, since the process is told to end"), log(master));
        assertTrue(log(master).contains("has stopped (STOPPED)"), log(master));
    }

    @Test
    void whoeverSeesToItHimselfIsLeftAlone() throws Exception {
        start(1, false);
        awaitSaid("begins master", 1);
        ChildProgram node = nodes.get("node-1");
        node.terminate();
        assertEquals(ENDED_BY_SIGTERM, node.exitStatus());
        assertFalse(node.hasSaid("ended master"), node.lines()::toString);
        assertFalse(log("node-1").contains("has stopped"), log("node-1"));
    }
}
