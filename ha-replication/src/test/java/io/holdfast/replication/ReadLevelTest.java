package io.holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.replication.session.Freshness;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadLevelTest {
    @Test
    void eachSaysWhatItIs() {
        assertEquals("linearizable", ReadLevel.linearizable().toString());
        assertEquals("local", ReadLevel.local().toString());
        assertEquals("at least index 7", ReadLevel.atLeast(7).toString());
        assertEquals("within PT2S", ReadLevel.within(Duration.ofSeconds(2)).toString());
        assertEquals("linearizable", ReadLevel.within(Duration.ZERO).toString());
        assertThrows(IllegalArgumentException.class, () -> ReadLevel.atLeast(-1));
        assertThrows(IllegalArgumentException.class, () -> ReadLevel.within(Duration.ofSeconds(-1)));
    }

    @Test
    void structuresAskWithTheirLevel() {
        LocalCommands commands = new LocalCommands();
        ReplicatedMap<String, String> map = ReplicatedMap.over(commands, "m", Codec.string(), Codec.string());
        map.get("k");
        assertEquals(Freshness.STRICT, commands.lastFreshness());
        map.reading(ReadLevel.atLeast(9)).get("k");
        assertEquals(new Freshness(Freshness.AT_LEAST, 9), commands.lastFreshness());
        ReplicatedCounter.over(commands, "c").reading(ReadLevel.local()).get();
        assertEquals(new Freshness(Freshness.LOCAL, 0), commands.lastFreshness());
    }

    @Test
    void theStricterAcknowledgementIsToBeHadBack() {
        LocalCommands commands = new LocalCommands();
        ReplicatedMap<String, String> map = ReplicatedMap.over(commands, "m", Codec.string(), Codec.string());
        ReplicatedMap<String, String> soon = map.acknowledged(Acknowledgement.MASTER);
        assertTrue(commands.lastStoredOnly());
        soon.put("k", "v");
        assertThrows(UnsupportedOperationException.class, () -> soon.remove("k"));
        assertThrows(UnsupportedOperationException.class, () -> soon.acknowledged(Acknowledgement.MASTER)
                .remove("k"));
        ReplicatedMap<String, String> safe = soon.acknowledged(Acknowledgement.QUORUM);
        assertFalse(commands.lastStoredOnly());
        assertTrue(safe.remove("k"));
    }
}
