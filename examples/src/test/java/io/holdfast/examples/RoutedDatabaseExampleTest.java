package io.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.integrations.election.contract.PostgreSqlServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RoutedDatabaseExampleTest {
    @Test
    @Timeout(120)
    void writesToTheMasterAndReadsFromTheStandby(@TempDir Path one, @TempDir Path two) throws Exception {
        assumeTrue(PostgreSqlServer.isInstalled(), PostgreSqlServer.HOW_TO_INSTALL);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PostgreSqlServer master = PostgreSqlServer.create(one);
        master.start();
        try {
            PostgreSqlServer standby = master.standby(two);
            standby.start();
            try {
                RoutedDatabaseExample.run(
                        List.of(url(standby), url(master)), new PrintStream(printed, true, StandardCharsets.UTF_8));
            } finally {
                standby.stop();
            }
        } finally {
            master.stop();
        }
        assertEquals(
                List.of("written by the master", "read: three apples", "read from a standby"),
                printed.toString(StandardCharsets.UTF_8).lines().toList());
    }

    private static String url(PostgreSqlServer server) {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=" + PostgreSqlServer.USER;
    }
}
