package io.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final StringWriter out = new StringWriter();

    @Test
    void onATerminalABarIsDrawnAgain() {
        ProgressLine line = new ProgressLine(new PrintWriter(out), true);
        line.at("run state in near", 512, 2_048);
        line.at("done", 0, 0);
        line.end();
        String bar = "run state in near  [######------------------]  25 %  512 bytes of about 2.0 KiB";
        assertEquals("\r" + bar + "\rdone" + " ".repeat(bar.length() - 4) + "\r    \r", out.toString());
    }

    @Test
    void elsewhereEachLineIsSaidOnce() {
        ProgressLine line = new ProgressLine(new PrintWriter(out), false);
        line.at("run state waits", 0, 0);
        line.at("run state waits", 0, 0);
        line.at("run state in near", 4_096, 2_048);
        line.end();
        assertEquals(
                "run state waits%nrun state in near  100 %%  4.0 KiB of about 2.0 KiB%n".formatted(), out.toString());
    }

    @Test
    void sizesAndTimes() {
        assertEquals("0 bytes", Units.bytes(0));
        assertEquals("1023 bytes", Units.bytes(1_023));
        assertEquals("1.5 MiB", Units.bytes(3 << 19));
        assertEquals("8192.0 PiB", Units.bytes(Long.MAX_VALUE));
        assertEquals("0.3 s", Units.time(Duration.ofMillis(250)));
        assertEquals("2 min 5 s", Units.time(Duration.ofSeconds(125)));
        assertEquals("26 h 0 min 1 s", Units.time(Duration.ofHours(26).plusSeconds(1)));
    }
}
