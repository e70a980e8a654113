package io.holdfast.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BalancerExampleTest {

    @Test
    @Timeout(120)
    void everyRequestIsAnsweredAlsoWhenOneHasDied() throws Exception {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        BalancerExample.run(new PrintStream(said, true, StandardCharsets.UTF_8));
        List<String> lines = said.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals("answered: [a, b, c]", lines.get(0));
        assertEquals("a is dead; answered: [b, c], 30 of 30", lines.get(1));
        assertTrue(
                lines.stream().skip(2).anyMatch(line -> line.contains("endpoint a: EJECTED")), () -> lines.toString());
    }
}
