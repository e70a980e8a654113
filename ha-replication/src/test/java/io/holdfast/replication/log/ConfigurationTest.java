package io.holdfast.replication.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConfigurationTest {
    private static Voter voter(String node, long disk) {
        return new Voter(node, new UUID(0, disk), new Address(node, 9));
    }

    private static final Configuration THREE = Configuration.of(List.of(voter("a", 1), voter("b", 2), voter("c", 3)));

    @Test
    void goldenBytes() {
        Configuration configuration =
                new Configuration(List.of(voter("a", 1)), List.of(voter("a", 2)), List.of(voter("b", 0)));
        String golden =
                "01" + "01" + "000161" + "0000000000000000" + "0000000000000001" + "0003613a39" + "01" + "000161"
                        + "0000000000000000" + "0000000000000002" + "0003613a39" + "01" + "000162" + "0000000000000000"
                        + "0000000000000000" + "0003623a39";
        byte[] bytes = configuration.encode();
        assertEquals(golden, HexFormat.of().formatHex(bytes));
        assertEquals(configuration, Configuration.decode(ByteBuffer.wrap(bytes)));
    }

    @Test
    void goldenBytesWithSomebodyStandingBy() {
        Configuration configuration = Configuration.of(List.of(voter("a", 1))).withStandby(voter("d", 4));
        String golden = "02" + "01" + "000161" + "0000000000000000" + "0000000000000001" + "0003613a39" + "00" + "00"
                + "01" + "000164" + "0000000000000000" + "0000000000000004" + "0003643a39";
        byte[] bytes = configuration.encode();
        assertEquals(golden, HexFormat.of().formatHex(bytes));
        assertEquals(configuration, Configuration.decode(ByteBuffer.wrap(bytes)));
    }

    @Test
    void goldenBytesWhereMoreAreWanted() {
        Configuration configuration = Configuration.of(List.of(voter("a", 1), voter("b", 2)))
                .exchanging("", "b", true)
                .decided();
        String golden = "03" + "01" + "000161" + "0000000000000000" + "0000000000000001" + "0003613a39" + "00" + "00"
                + "00" + "02";
        byte[] bytes = configuration.encode();
        assertEquals(golden, HexFormat.of().formatHex(bytes));
        assertEquals(configuration, Configuration.decode(ByteBuffer.wrap(bytes)));
        assertEquals(2, Configuration.decode(ByteBuffer.wrap(bytes)).votersWanted());
    }

    @Test
    void goldenBytesAboveTheBaseLevel() {
        Configuration configuration = Configuration.of(List.of(voter("a", 1))).at(2);
        String golden = "04" + "02" + "01" + "000161" + "0000000000000000" + "0000000000000001" + "0003613a39" + "00"
                + "00" + "00" + "00";
        byte[] bytes = configuration.encode();
        assertEquals(golden, HexFormat.of().formatHex(bytes));
        assertEquals(configuration, Configuration.decode(ByteBuffer.wrap(bytes)));
    }

    /** What a change keeps: the level is nobody's to lower. */
    @Test
    void noChangeOfVotersChangesTheLevel() {
        Configuration at = THREE.at(2).withStandby(voter("d", 4)).withLearner(voter("b", 5));
        assertEquals(2, at.level());
        assertEquals(2, at.promoting(List.of(voter("b", 5))).level());
        assertEquals(2, at.exchanging("d", "a", true).decided().level());
        assertEquals(2, at.withoutVoteless("d").level());
    }

    /** A release that does not know the format still can say which level it would have to support. */
    @Test
    void ofALaterFormatTheLevelIsRead() {
        byte[] known = THREE.at(FeatureLevel.SUPPORTED + 1).encode();
        byte[] later = Arrays.copyOf(known, known.length + 3);
        later[0] = 5;
        assertEquals(
                FeatureLevel.SUPPORTED + 1,
                Configuration.decode(ByteBuffer.wrap(later)).level());
        later[1] = FeatureLevel.BASE;
        assertThrows(IllegalArgumentException.class, () -> Configuration.decode(ByteBuffer.wrap(later)));
        later[0] = 4;
        later[1] = 0;
        assertThrows(IllegalArgumentException.class, () -> Configuration.decode(ByteBuffer.wrap(later)));
    }

    @Test
    void peopleSayHowManyAreWantedAndWhoLeavesDoesNot() {
        assertEquals(3, THREE.votersWanted());
        Configuration left = THREE.exchanging("", "c", true);
        assertEquals(3, left.votersWanted(), "also in joint consensus");
        Configuration two = left.decided().withStandby(voter("d", 4)).withStandby(voter("e", 5));
        assertEquals(3, two.votersWanted());
        assertEquals(3, two.exchanging("d", "", true).decided().votersWanted());
        assertEquals(3, two.exchanging("d", "", false).decided().votersWanted(), "it fills the place of who left");
        assertEquals(3, two.exchanging("d", "a", false).decided().votersWanted());
        assertEquals(2, two.exchanging("", "b", false).decided().votersWanted());
        Configuration waiting = THREE.withStandby(voter("d", 4));
        assertEquals(4, waiting.exchanging("d", "", false).decided().votersWanted());
        assertEquals(3, waiting.exchanging("d", "c", false).decided().votersWanted());
        Configuration removed = waiting.exchanging("", "c", false).decided();
        assertEquals(2, removed.votersWanted(), "who was removed is wanted no longer");
        assertEquals(2, removed.exchanging("d", "b", true).decided().votersWanted());
        Configuration one = Configuration.of(List.of(voter("a", 1)));
        assertEquals(1, one.withStandby(voter("d", 4)).withoutVoteless("d").votersWanted());
    }

    /** An emptied disk, and a place that nobody has taken yet, are places still. */
    @Test
    void placesCountAsWanted() {
        assertEquals(3, THREE.withLearner(voter("b", 20)).votersWanted());
        Configuration recovered =
                new Configuration(List.of(voter("a", 1)), List.of(), List.of(voter("b", 0), voter("c", 0)));
        assertEquals(3, recovered.votersWanted());
        assertEquals(2, recovered.withoutVoteless("c").votersWanted());
        assertEquals(3, recovered.withLearner(voter("b", 7)).votersWanted());
        assertEquals(
                3,
                recovered
                        .withLearner(voter("b", 7))
                        .promoting(List.of(voter("b", 7)))
                        .decided()
                        .votersWanted());
    }

    @Test
    void votersAreExchanged() {
        Configuration waiting = THREE.withStandby(voter("d", 4)).withStandby(voter("e", 5));
        assertEquals(5, waiting.members().size());
        Configuration added = waiting.exchanging("d", "", false);
        assertEquals(List.of(voter("a", 1), voter("b", 2), voter("c", 3), voter("d", 4)), added.voters());
        assertEquals(THREE.voters(), added.outgoing());
        assertEquals(List.of(voter("e", 5)), added.decided().standby());
        Configuration replaced = waiting.exchanging("e", "a", false);
        assertEquals(List.of(voter("b", 2), voter("c", 3), voter("e", 5)), replaced.voters());
        assertTrue(replaced.isMember(voter("a", 1).id()), "until that is decided");
        assertFalse(replaced.decided().isMember(voter("a", 1).id()));
        Configuration removed = THREE.withLearner(voter("c", 30)).exchanging("", "c", false);
        assertEquals(List.of(), removed.learners(), "its other disk goes, too");
        assertEquals(THREE, waiting.withoutVoteless("d").withoutVoteless("e"));
    }

    @Test
    void whatIsNoneIsRefused() {
        byte[] bytes = THREE.encode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] shorter = Arrays.copyOf(bytes, length);
            assertThrows(IllegalArgumentException.class, () -> Configuration.decode(ByteBuffer.wrap(shorter)));
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThrows(IllegalArgumentException.class, () -> Configuration.decode(ByteBuffer.wrap(longer)));
        bytes[0] = 2;
        assertThrows(IllegalArgumentException.class, () -> Configuration.decode(ByteBuffer.wrap(bytes)));
        assertThrows(IllegalArgumentException.class, () -> Configuration.of(List.of()));
        assertThrows(IllegalArgumentException.class, () -> Configuration.of(List.of(voter("a", 1), voter("a", 2))));
    }

    @Test
    void aLearnerTakesThePlaceOfItsNodesVoter() {
        Voter back = voter("b", 20);
        Configuration learning = THREE.withLearner(voter("b", 10)).withLearner(back);
        assertEquals(List.of(back), learning.learners());
        assertEquals(THREE.voters(), learning.voters());
        Configuration joint = learning.promoting(List.of(back));
        assertTrue(joint.isJoint());
        assertEquals(THREE.voters(), joint.outgoing());
        assertEquals(List.of(voter("a", 1), back, voter("c", 3)), joint.voters());
        assertEquals(4, joint.members().size());
        assertEquals(Configuration.of(joint.voters()), joint.decided());
    }

    @Test
    void aPlaceWithoutADiskIsNobody() {
        Configuration left = new Configuration(List.of(voter("a", 1)), List.of(), List.of(voter("b", 0)));
        assertTrue(left.hasPlaceFor("b"));
        assertFalse(left.hasPlaceFor("c"));
        assertEquals(List.of(voter("a", 1)), left.members());
        assertEquals(List.of(voter("b", 7)), left.withLearner(voter("b", 7)).learners());
    }

    @Test
    void anotherDiskIsAnotherName() {
        assertEquals("b/00000000-0000-0000-0000-000000000002", voter("b", 2).id());
        assertEquals("b", Voter.nodeOf(voter("b", 2).id()));
        assertEquals("b", voter("b", 0).id());
        assertEquals("", Voter.nodeOf(""));
    }
}
