package io.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MembershipExampleTest {

    @Test
    @Timeout(120)
    void itFindsThreeAndThenTwo() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        MembershipExample.run(new PrintStream(said, true, StandardCharsets.UTF_8));
        assertEquals(
                List.of(
                        "all are here: true",
                        "node-1 offers http://127.0.0.1:8080",
                        "node-2 offers http://127.0.0.1:8081",
                        "node-3 offers http://127.0.0.1:8082",
                        "node-3 has left: true",
                        "still here: [node-1, node-2]"),
                said.toString(StandardCharsets.UTF_8).lines().toList());
    }
}
