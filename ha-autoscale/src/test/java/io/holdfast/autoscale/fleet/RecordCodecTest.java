package io.holdfast.autoscale.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.autoscale.LoadSnapshot;
import io.holdfast.autoscale.LoadSnapshot.Metric;
import io.holdfast.autoscale.decide.SizingMemory;
import io.holdfast.autoscale.decide.SizingMemory.Change;
import io.holdfast.autoscale.decide.SizingMemory.Recommendation;
import io.holdfast.autoscale.fleet.FleetState.Going;
import io.holdfast.autoscale.fleet.FleetState.Growth;
import io.holdfast.autoscale.fleet.FleetState.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private static final ScalingRecord RECORD = new ScalingRecord(
            281_474_976_710_663L,
            "log-1",
            1_700_000_000_000L,
            "the night shift",
            new FleetState(
                    6,
                    Optional.of(new Growth("start-7", List.of("node-5", "node-6"), 3)),
                    Optional.of(new Going("stop-6", "node-4", Phase.MOVE_VOTE, "node-2")),
                    List.of("node-5", "node-6"),
                    List.of("node-1", "node-4"),
                    7),
            new SizingMemory(List.of(new Recommendation(1, 2, 6)), List.of(new Change(2, 4, 6)), List.of(31_000L)),
            List.of(new LoadSnapshot(
                    Instant.ofEpochMilli(1_699_999_999_000L), 6, 4, 2, Map.of("cpu", new Metric(4, 2.5, 0.75)))));

    /** As it is in the logs of clusters: to be read by every later version. */
    private static final String BYTES =
            "{\"format\":1,\"token\":281474976710663,\"log\":\"log-1\",\"at\":1700000000000,"
                    + "\"pausedBy\":\"the night shift\",\"wanted\":6,\"actions\":7,"
                    + "\"growth\":{\"action\":\"start-7\",\"nodes\":[\"node-5\",\"node-6\"],\"size\":3},"
                    + "\"going\":{\"action\":\"stop-6\",\"node\":\"node-4\",\"phase\":\"MOVE_VOTE\",\"heir\":\"node-2\"},"
                    + "\"ordered\":[\"node-5\",\"node-6\"],\"known\":[\"node-1\",\"node-4\"],\"recommendations\":[[1,2,6]],\"changes\":[[2,4,6]],\"startUps\":[31000],"
                    + "\"history\":[{\"at\":1699999999000,\"wanted\":6,\"ready\":4,\"warming\":2,\"metrics\":{\"cpu\":[4,2.5,0.75]}}]}";

    @Test
    void itIsWrittenAsItAlwaysWas() {
        assertEquals(BYTES, new String(RecordCodec.encode(RECORD), StandardCharsets.UTF_8));
    }

    @Test
    void itIsReadAsItWasWritten() {
        assertEquals(RECORD, RecordCodec.decode(BYTES.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatALaterVersionAddsIsPassedOver() {
        String more = BYTES.replace("\"format\":1,", "\"format\":1,\"more\":{\"a\":[1]},");
        assertEquals(RECORD, RecordCodec.decode(more.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void anotherFormatIsRefusedByName() {
        byte[] later = BYTES.replace("\"format\":1", "\"format\":2").getBytes(StandardCharsets.UTF_8);
        String message = assertThrows(IllegalArgumentException.class, () -> RecordCodec.decode(later))
                .getMessage();
        assertTrue(message.contains("format 2"), message);
        assertThrows(IllegalArgumentException.class, () -> RecordCodec.decode(new byte[] {1, 2, 3}));
        assertThrows(IllegalArgumentException.class, () -> RecordCodec.decode("{}".getBytes(StandardCharsets.UTF_8)));
    }
}
