package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MasterTimeTest {
    private final MasterTime time = new MasterTime();

    @Test
    void aMasterAddsWhatPassesWhileItLeads() {
        time.endsAt(7, 1_000);
        time.lead(50);
        time.advance(80, 5);
        assertEquals(1_030, time.masterNanos());
        assertEquals(7, time.wallMillis(), "which never decreases");
        assertEquals(1_050, time.masterNanosAt(100));
    }

    /** A master that was cut off went on counting for what it proposed in vain: that is no time that has passed for the others. */
    @Test
    void whatWasProposedInVainDoesNotCount() {
        time.endsAt(7, 1_000);
        time.lead(0);
        time.advance(5_000, 8);
        time.endsAt(9, 1_200); // its log's end was replaced by another master's
        time.lead(6_000);
        assertEquals(1_210, time.masterNanosAt(6_010));
    }

    @Test
    void aSnapshotOnTheDiskMayBeOlderThanTheLogsEnd() {
        time.endsAt(7, 1_000);
        time.atLeast(6, 900);
        assertEquals(1_000, time.masterNanos());
        time.atLeast(8, 1_100);
        assertEquals(1_100, time.masterNanos());
    }
}
