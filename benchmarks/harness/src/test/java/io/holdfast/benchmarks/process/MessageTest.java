package io.holdfast.benchmarks.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class MessageTest {
    @Test
    void saysAndUnderstandsTheSame() {
        Message message = new Message("result", Map.of("count", 9_007_199_254_740_991.0, "p50", 12.25));
        assertEquals(message, Message.decode(message.encode()));
        assertEquals(new Message("started"), Message.decode("started"));
        assertThrows(IllegalArgumentException.class, () -> message.figure("p99"));
    }

    @Test
    void findsTheCountInWhatPerfPrints() {
        String output = "1234,,raw_syscalls:sys_enter,1000,100.00,,\n";
        assertEquals(OptionalDouble.of(617), SystemCalls.count(output, 2));
        assertTrue(SystemCalls.count("<not supported>,,raw_syscalls:sys_enter,0,0,,\n", 2)
                .isEmpty());
        assertTrue(SystemCalls.count("no permission\n", 2).isEmpty());
    }
}
