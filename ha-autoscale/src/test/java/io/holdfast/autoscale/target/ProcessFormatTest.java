package io.holdfast.autoscale.target;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that a later release has to read: the nodes that an earlier one has started run on. */
class ProcessFormatTest {
    private static final String ASKED =
            "{\"format\":\"holdfast-process-1\",\"node\":\"n-1\",\"action\":\"a-1\",\"token\":281474976710663,"
                    + "\"mark\":\"12\",\"boot\":\"b\",\"log\":\"n-1.12.log\",\"stopping\":false}\n";
    private static final String KNOWN = ASKED.replace("}\n", ",\"pid\":4711,\"born\":\"b 123456\"}\n");
    private static final StartRecord RECORD =
            new StartRecord("n-1", "a-1", 281474976710663L, "12", "b", "n-1.12.log", null, false);

    @Test
    void goldenBytes(@TempDir Path root) throws Exception {
        StartRecord known = RECORD.withProcess(new ProcessIdentity(4711, "b 123456"));
        assertEquals(ASKED, RECORD.toJson());
        assertEquals(KNOWN, known.toJson());
        assertEquals(RECORD, StartRecord.fromJson("n-1", ASKED));
        assertEquals(known, StartRecord.fromJson("n-1", KNOWN));
        assertEquals(
                known.asStopping(),
                StartRecord.fromJson("n-1", KNOWN.replace("\"stopping\":false", "\"stopping\":true")));
        ProcessDirectory directory = new ProcessDirectory(root);
        directory.create();
        directory.write(new ProcessDirectory.Orders(281474976710663L, 12));
        assertEquals("holdfast-orders-1\n281474976710663\n12\n", Files.readString(root.resolve("orders")));
        assertEquals(new ProcessDirectory.Orders(281474976710663L, 12), directory.orders());
    }

    @Test
    void whatIsNoRecordOfThatNodeIsRefused() {
        for (String wrong : List.of(
                "",
                "7",
                "{",
                "{}",
                KNOWN.replace("process-1", "process-2"),
                KNOWN.replace("\"node\":\"n-1\"", "\"node\":\"n-2\""),
                KNOWN.replace("4711", "-1"),
                KNOWN.replace("4711", "\"x\""),
                KNOWN.replace("281474976710663", "null"),
                KNOWN.replace("\"mark\":\"12\"", "\"mark\":12"),
                KNOWN.replace(",\"born\":\"b 123456\"", ""))) {
            UnreadableRecordException refused =
                    assertThrows(UnreadableRecordException.class, () -> StartRecord.fromJson("n-1", wrong), wrong);
            assertTrue(refused.getMessage().matches("(is|has) .*"), refused.getMessage());
        }
    }

    @Test
    void aProcessIsKnownByItsTicksWhateverItIsCalled() {
        String fields = " S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 99 11";
        assertEquals(
                new ProcessIdentity(4711, "b 123456"),
                ProcessIdentity.fromStat(4711, "b", "4711 (a) (b c) )" + fields).orElseThrow());
        assertTrue(ProcessIdentity.fromStat(4711, "b", "4711 (sh)" + fields.replace(" S ", " Z "))
                .isEmpty());
        assertTrue(ProcessIdentity.fromStat(4711, "b", "4711 (sh) S 1").isEmpty());
        assertTrue(ProcessIdentity.fromStat(4711, "b", "").isEmpty());
    }
}
