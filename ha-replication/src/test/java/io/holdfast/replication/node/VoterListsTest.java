package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.VoterList;
import io.holdfast.replication.Voters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list of voters always comes. */
class VoterListsTest {
    @Test
    void whatAnotherReleaseSaysIsNotMisread() {
        Map<String, Object> member = new LinkedHashMap<>(Map.of("node", "node-1", "disk", "", "address", "node-1:1"));
        member.put("state", "OBSERVER");
        Map<String, Object> said = Map.of("by", "node-2", "members", List.of(member));
        assertThrows(IllegalArgumentException.class, () -> VoterLists.of(said));
        VoterList own = new VoterList("node-1", 7, false, 1, List.of());
        assertEquals(own, VoterLists.ofOr(said, () -> own));
        member.put("state", "VOTER");
        assertEquals(List.of("node-1"), VoterLists.ofOr(said, () -> own).voters());
        assertEquals(0, VoterLists.of(said).wanted(), "it does not say so");
        Map<String, Object> more = new LinkedHashMap<>(said);
        more.put("wanted", 3);
        assertEquals(3, VoterLists.of(VoterLists.toMap(VoterLists.of(more))).wanted());
        member.put("address", "nowhere");
        assertEquals(own, VoterLists.ofOr(said, () -> own));
    }

    @Test
    void aNodeThatHasStoppedSaysWhatItKnewLast(@TempDir Path directory) throws Exception {
        HaCluster cluster = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory).segmentBytes(64 << 10))
                .start();
        cluster.awaitReady(Duration.ofSeconds(30));
        Voters voters = LogReplication.voters(cluster);
        VoterList running = voters.list().get(20, TimeUnit.SECONDS);
        assertEquals(1, running.voters().size());
        assertEquals(1, running.wanted());
        cluster.close();
        VoterList stopped = voters.list().get(20, TimeUnit.SECONDS);
        assertEquals(running.voters(), stopped.voters());
        assertEquals(1, stopped.wanted());
        assertEquals(
                List.of(-1L),
                stopped.members().stream().map(VoterList.Member::matchIndex).toList());
        ExecutionException change = assertThrows(
                ExecutionException.class, () -> voters.addVoter("node-9").get(20, TimeUnit.SECONDS));
        assertEquals(NotAvailableException.class, change.getCause().getClass());
    }
}
