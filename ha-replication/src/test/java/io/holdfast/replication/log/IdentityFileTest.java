package io.holdfast.replication.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.replication.log.Identity.State;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdentityFileTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("identity");
    private static final UUID DISK = UUID.fromString("11111111-2222-3333-4444-555555555555");
    private static final Identity IDENTITY = new Identity(
            "shop",
            LogFixture.CLUSTER,
            new UUID(5, 6),
            "node-1",
            DISK,
            State.FORMED,
            true,
            List.of(
                    new Voter("node-1", DISK, new Address("10.0.0.1", 7400)),
                    new Voter("node-2", new UUID(0, 0), new Address("::1", 7400))));
    private static final String GOLDEN = """
            format=holdfast-identity-1
            cluster.name=shop
            cluster.id=01234567-89ab-cdef-0123-456789abcdef
            log.id=00000000-0000-0005-0000-000000000006
            node.id=node-1
            disk.id=11111111-2222-3333-4444-555555555555
            shared=true
            state=FORMED
            voter.node-1=11111111-2222-3333-4444-555555555555 10.0.0.1:7400
            voter.node-2=00000000-0000-0000-0000-000000000000 [::1]:7400
            crc32c=54215f63
            """;

    private final MemoryStorage storage = new MemoryStorage();

    @Test
    void goldenBytes() throws IOException {
        IdentityFile.save(storage, DIRECTORY, IDENTITY);
        assertEquals(GOLDEN, new String(storage.bytes(FILE), UTF_8));
        assertEquals(IDENTITY, IdentityFile.load(storage, DIRECTORY, "shop", "node-1"));
        assertEquals(0, storage.openFiles());
    }

    @Test
    void goldenBytesAboveTheBaseLevel() throws IOException {
        Identity raised = IDENTITY.at(2, 3);
        IdentityFile.save(storage, DIRECTORY, raised);
        String text = new String(storage.bytes(FILE), UTF_8);
        assertTrue(text.contains("state=FORMED\nlevel.formed=2\nlevel=3\nvoter.node-1="), text);
        assertEquals(raised, IdentityFile.load(storage, DIRECTORY, "shop", "node-1"));
        assertEquals(2, raised.configuration().level(), "what the log begins with");
        assertEquals(3, raised.with(IDENTITY.configuration()).level(), "it never falls");
        assertEquals(4, raised.with(IDENTITY.configuration().at(4)).level());
    }

    @Test
    void thereIsNoneAtFirst() throws IOException {
        assertNull(IdentityFile.load(storage, DIRECTORY, "shop", "node-1"));
    }

    @Test
    void anotherClusterOrNodeIsRefusedByName() throws IOException {
        IdentityFile.save(storage, DIRECTORY, IDENTITY);
        String cluster = assertThrows(IOException.class, () -> IdentityFile.load(storage, DIRECTORY, "bank", "node-1"))
                .getMessage();
        assertTrue(cluster.contains("\"shop\"") && cluster.contains("\"bank\""), cluster);
        String node = assertThrows(IOException.class, () -> IdentityFile.load(storage, DIRECTORY, "shop", "node-2"))
                .getMessage();
        assertTrue(node.contains("\"node-1\"") && node.contains("\"node-2\""), node);
    }

    @Test
    void everyFlippedBitAndEveryTruncationIsFound() {
        byte[] golden = GOLDEN.getBytes(UTF_8);
        for (int bit = 0; bit < golden.length * 8; bit++) {
            byte[] broken = golden.clone();
            broken[bit / 8] ^= (byte) (1 << (bit % 8));
            storage.put(FILE, broken);
            assertThrows(DamagedFileException.class, () -> IdentityFile.load(storage, DIRECTORY), "bit " + bit);
        }
        for (int length = 0; length < golden.length; length++) {
            storage.put(FILE, Arrays.copyOf(golden, length));
            assertThrows(DamagedFileException.class, () -> IdentityFile.load(storage, DIRECTORY), "length " + length);
        }
        assertEquals(0, storage.openFiles());
    }

    @Test
    void wrongLinesUnderAGoodCrcAreExplained() {
        assertRefused("format=holdfast-identity-1", "format=holdfast-identity-2", "start the release that wrote it");
        assertRefused("node.id=node-1\n", "", "node.id= is missing");
        assertRefused("state=FORMED", "state=BROKEN", "BROKEN");
        assertRefused("state=FORMED", "state", "not key=value");
        assertRefused(" 10.0.0.1:7400", "", "not a disk id and an address");
        assertRefused("10.0.0.1:7400", "10.0.0.1", "has no port");
    }

    private void assertRefused(String line, String wrong, String reason) {
        String lines = GOLDEN.substring(0, GOLDEN.indexOf("crc32c=")).replace(line, wrong);
        byte[] bytes = lines.getBytes(UTF_8);
        String crc = String.format("crc32c=%08x\n", Checksums.crc32c(ByteBuffer.wrap(bytes), 0, bytes.length));
        storage.put(FILE, (lines + crc).getBytes(UTF_8));
        String message = assertThrows(IOException.class, () -> IdentityFile.load(storage, DIRECTORY))
                .getMessage();
        assertTrue(message.contains(reason) && message.contains(FILE.toString()), message);
    }

    @Test
    void aCrashLeavesTheOldOrTheNew() throws IOException {
        Identity forming = new Identity(
                "shop", new UUID(0, 0), new UUID(0, 0), "node-1", DISK, State.FORMING, true, IDENTITY.voters());
        for (int failAfter = 0; failAfter < 5; failAfter++) {
            MemoryStorage failing = new MemoryStorage();
            IdentityFile.save(failing, DIRECTORY, forming);
            failing.failAfter = failAfter;
            assertThrows(IOException.class, () -> IdentityFile.save(failing, DIRECTORY, IDENTITY));
            failing.crash(new Random(failAfter));
            Identity found = IdentityFile.load(failing, DIRECTORY);
            assertTrue(forming.equals(found) || IDENTITY.equals(found));
            IdentityFile.save(failing, DIRECTORY, IDENTITY);
            failing.crash(new Random(failAfter));
            assertEquals(IDENTITY, IdentityFile.load(failing, DIRECTORY));
        }
    }

    @Test
    void aPlaceStaysAPlaceWhileItsLearnerHasNoVote() {
        Voter self = new Voter("node-1", DISK, new Address("10.0.0.1", 7400));
        Voter learner = new Voter("node-2", new UUID(1, 1), new Address("10.0.0.2", 7400));
        Identity alone = new Identity("shop", DISK, DISK, "node-1", DISK, State.FORMED, false, List.of(self));
        Identity learning = alone.with(new Configuration(List.of(self), List.of(), List.of(learner)));
        assertEquals(
                List.of(self, new Voter("node-2", Voter.NO_DISK, learner.address())),
                learning.voters(),
                "another empty disk of that node is told that it has a place");
        assertTrue(learning.shared());
        assertEquals(List.of(self), alone.with(Configuration.of(List.of(self))).voters());
    }

    @Test
    void aNameWithControlCharactersIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Identity("a\nstate=FORMING", DISK, DISK, "node-1", DISK, State.FORMED, false, List.of()));
    }
}
