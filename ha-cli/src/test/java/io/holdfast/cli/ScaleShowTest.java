package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ScaleShowTest {

    private static String printed(String answer) throws Exception {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        ScaleShow.print(out, new ObjectMapper().readTree(answer));
        out.flush();
        return text.toString().strip();
    }

    @Test
    void whyNothingIsDecidedIsSaid() throws Exception {
        assertEquals(
                "nothing is decided: the log did not answer",
                printed("{\"node\":\"node-1\",\"decides\":false,\"recordTrouble\":\"the log did not answer\"}"));
        assertEquals(
                "node-1 does not decide on scaling, and knows of nobody who does",
                printed("{\"node\":\"node-1\",\"decides\":false,\"recordTrouble\":\"\"}"));
    }
}
