package io.holdfast.backup.container;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.BackupKeys;
import io.holdfast.backup.Damage;
import io.holdfast.backup.DamagedBackupException;
import io.holdfast.backup.KeyProvider.Wrapped;
import io.holdfast.backup.KeyUnavailableException;
import io.holdfast.backup.container.ContainerHeader.About;
import io.holdfast.backup.container.ContainerWriter.Written;
import io.holdfast.backup.container.DataKeys.DataKey;
import io.holdfast.backup.crypto.Hkdf;
import io.holdfast.core.KeyRing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerTest {
    private static final String KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final String OTHER = "f0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final BackupKeys KEYS = BackupKeys.of(KeyRing.of(KEY));
    private static final About ABOUT = new About("shop", "b-1", "data/b-1/all", "physical");

    private static byte[] write(BackupKeys keys, boolean compressed, byte[] content, long seed) throws IOException {
        return write(keys, compressed, content, seed, ABOUT);
    }

    private static byte[] write(BackupKeys keys, boolean compressed, byte[] content, long seed, About about)
            throws IOException {
        RandomGenerator random = new Random(seed);
        DataKey key = new DataKeys(keys).create(about.backup(), random);
        byte[] salt = new byte[ContainerHeader.SALT_BYTES];
        random.nextBytes(salt);
        ContainerHeader header = new ContainerHeader(compressed, salt, about, key == null ? null : key.wrapped());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ContainerWriter writer =
                new ContainerWriter(out, header, key == null ? null : key.key(), 3, Progress.NONE)) {
            for (int at = 0; at < content.length; at += 10_007) {
                writer.write(content, at, Math.min(10_007, content.length - at));
            }
            Written written = writer.finish();
            assertEquals(content.length, written.contentBytes());
            assertEquals(out.size(), written.storedBytes());
            assertEquals(HexFormat.of().formatHex(Hkdf.sha256().digest(out.toByteArray())), written.sha256());
        }
        return out.toByteArray();
    }

    private static ContainerReader reader(BackupKeys keys, byte[] container) throws IOException {
        return new ContainerReader(
                "data/x", new ByteArrayInputStream(container), new DataKeys(keys), null, Progress.NONE);
    }

    private static byte[] read(BackupKeys keys, byte[] container) throws IOException {
        try (ContainerReader reader = reader(keys, container)) {
            return reader.readAllBytes();
        }
    }

    private static Damage damage(BackupKeys keys, byte[] container) {
        Damage damage = assertThrows(DamagedBackupException.class, () -> read(keys, container))
                .damage();
        assertEquals("data/x", damage.object());
        return damage;
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(3).nextBytes(noise);
        return noise;
    }

    /** Where the frames begin, and at the end the hash. */
    private static List<Integer> frames(byte[] container) {
        int at = 10 + ByteBuffer.wrap(container).getShort(8) + 4;
        List<Integer> frames = new ArrayList<>(List.of(at));
        boolean last = false;
        while (!last) {
            int word = ByteBuffer.wrap(container).getInt(at);
            last = word < 0;
            at += Integer.BYTES + (word & Integer.MAX_VALUE);
            frames.add(at);
        }
        return frames;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_024, 1_025, 16_367, 16_368, 16_369, 65_532, 65_533, 300_000})
    void whatIsWrittenIsReadInAllForms(int bytes) throws IOException {
        byte[] content = noise(bytes);
        for (boolean compressed : new boolean[] {false, true}) {
            for (BackupKeys keys : List.of(KEYS, BackupKeys.none())) {
                byte[] container = write(keys, compressed, content, 1);
                assertArrayEquals(content, read(keys, container));
                int longest = keys == KEYS ? 16 << 10 : 64 << 10;
                for (int i = 0; i + 1 < frames(container).size(); i++) {
                    assertTrue(frames(container).get(i + 1) - frames(container).get(i) <= 4 + longest);
                }
                try (ContainerReader reader = reader(keys, container)) {
                    Written whole = reader.drain();
                    assertEquals(HexFormat.of().formatHex(Hkdf.sha256().digest(container)), whole.sha256());
                    assertEquals(container.length, whole.storedBytes());
                    assertEquals(bytes, whole.contentBytes());
                    assertEquals(ABOUT, reader.header().about());
                }
            }
        }
    }

    /** Before, encrypted frames were as long as may be. */
    @Test
    void encryptedFramesOfAllLengthsAreRead() throws IOException {
        byte[] content = noise(300_000);
        DataKey key = new DataKeys(KEYS).create(ABOUT.backup(), new Random(1));
        byte[] head = new ContainerHeader(false, new byte[16], ABOUT, key.wrapped()).encode();
        FrameSeal seal = FrameSeal.of(head, key.key());
        Random lengths = new Random(2);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(head);
        int at = 0;
        for (int number = 0; at < content.length; number++) {
            int most = number == 0 ? FrameSeal.LARGEST_BODY : 1 + lengths.nextInt(FrameSeal.LARGEST_BODY);
            byte[] payload =
                    Arrays.copyOfRange(content, at, Math.min(content.length, at + Math.max(1, most - seal.overhead())));
            at += payload.length;
            byte[] body = new byte[FrameSeal.LARGEST_BODY];
            int length = seal.seal(number, at == content.length, payload, payload.length, body);
            out.write(ByteBuffer.allocate(4)
                    .putInt(at == content.length ? length | Integer.MIN_VALUE : length)
                    .array());
            out.write(body, 0, length);
        }
        out.write(Hkdf.sha256().digest(out.toByteArray()));
        assertArrayEquals(content, read(KEYS, out.toByteArray()));
    }

    /** In pieces or in one go, AES-GCM is the same. */
    @Test
    void aFrameIsWhatTheCipherMakesOfItInOneGo() throws GeneralSecurityException {
        byte[] header = {1, 2, 3};
        byte[] dataKey = noise(32);
        FrameSeal seal = FrameSeal.of(header, dataKey);
        byte[] key = Hkdf.derive(dataKey, Hkdf.sha256().digest(header), "holdfast backup frames 1");
        for (int length : new int[] {0, 1, 15, 16, 1_023, 1_024, 1_025, 2_048, 16_368, 65_520}) {
            byte[] payload = noise(length);
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] nonce = ByteBuffer.allocate(12).putInt(0).putLong(length).array();
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
            cipher.updateAAD(new byte[] {1});
            byte[] body = new byte[length + 16];
            assertEquals(body.length, seal.seal(length, true, payload, length, body));
            assertArrayEquals(cipher.doFinal(payload), body);
        }
    }

    @Test
    void whatRepeatsIsCompressed() throws IOException {
        assertTrue(write(KEYS, true, new byte[1_000_000], 1).length < 2_000);
    }

    @Test
    void aFlippedBitAtEveryByteIsFoundBeforeItIsHandedOut() throws IOException {
        byte[] content = "what is backed up, ".repeat(12).getBytes(StandardCharsets.UTF_8);
        for (BackupKeys keys : List.of(KEYS, BackupKeys.none())) {
            for (boolean compressed : new boolean[] {false, true}) {
                byte[] container = write(keys, compressed, content, 1);
                for (int at = 0; at < container.length; at++) {
                    byte[] flipped = container.clone();
                    flipped[at] ^= (byte) (1 << at % 8);
                    Damage damage = damage(keys, flipped);
                    assertTrue(damage.offset() <= at, damage + " for byte " + at);
                }
            }
        }
    }

    @Test
    void everyCutIsFound() throws IOException {
        byte[] container = write(KEYS, true, noise(200), 1);
        for (int length = 0; length < container.length; length++) {
            assertEquals(
                    Damage.Kind.CUT,
                    damage(KEYS, Arrays.copyOf(container, length)).kind(),
                    "cut to " + length);
        }
    }

    @Test
    void theFrameAndTheByteAreNamed() throws IOException {
        byte[] container = write(KEYS, false, noise(300_000), 1);
        List<Integer> frames = frames(container);
        assertEquals(20, frames.size());
        container[frames.get(2) + 1_000] ^= 4;
        Damage damage = damage(KEYS, container);
        assertEquals(2, damage.frame());
        assertEquals(frames.get(2).longValue(), damage.offset());
        assertTrue(damage.toString().startsWith("data/x, frame 2, byte " + frames.get(2) + ": "), damage.toString());
    }

    @Test
    void framesBeforeTheDamageAreHandedOutAndNoByteOfIt() throws IOException {
        byte[] content = noise(300_000);
        byte[] container = write(KEYS, false, content, 1);
        container[frames(container).get(2) + 1_000] ^= 4;
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        try (ContainerReader reader = reader(KEYS, container)) {
            assertThrows(DamagedBackupException.class, () -> reader.transferTo(got));
        }
        assertArrayEquals(Arrays.copyOf(content, 2 * 16_368), got.toByteArray());
    }

    @Test
    void framesThatChangePlacesOrContainersAreFound() throws IOException {
        for (BackupKeys keys : List.of(KEYS, BackupKeys.none())) {
            byte[] container = write(keys, false, noise(300_000), 1);
            byte[] other = write(keys, false, noise(300_000), 2);
            List<Integer> at = frames(container);
            int length = at.get(1) - at.get(0);

            byte[] swapped = container.clone();
            System.arraycopy(container, at.get(1), swapped, at.get(2), length);
            System.arraycopy(container, at.get(2), swapped, at.get(1), length);
            assertEquals(1, damage(keys, swapped).frame());

            byte[] foreign = container.clone();
            System.arraycopy(other, at.get(1), foreign, at.get(1), length);
            assertEquals(1, damage(keys, foreign).frame());

            byte[] dropped = new byte[container.length - length];
            System.arraycopy(container, 0, dropped, 0, at.get(1));
            System.arraycopy(container, at.get(2), dropped, at.get(1), container.length - at.get(2));
            assertEquals(1, damage(keys, dropped).frame());

            byte[] endedEarly = Arrays.copyOf(container, at.get(3));
            endedEarly[at.get(2)] |= (byte) 0x80;
            assertEquals(2, damage(keys, endedEarly).frame());

            byte[] foreignHeader = container.clone();
            System.arraycopy(other, 0, foreignHeader, 0, at.get(0));
            assertEquals(0, damage(keys, foreignHeader).frame());
        }
    }

    @Test
    void whatFollowsTheEndIsFoundBeforeTheLastFrameIsHandedOut() throws IOException {
        byte[] container = write(KEYS, true, noise(100), 1);
        byte[] longer = Arrays.copyOf(container, container.length + 1);
        assertEquals(Damage.Kind.LONGER, damage(KEYS, longer).kind());
        try (ContainerReader reader = reader(KEYS, longer)) {
            assertThrows(DamagedBackupException.class, reader::read);
        }
    }

    @Test
    void lengthsThatLieAllocateNothing() throws IOException {
        byte[] container = write(KEYS, false, noise(100), 1);
        int frame = frames(container).get(0);
        for (int lie : new int[] {0, 15, 65_537, Integer.MAX_VALUE, -1}) {
            byte[] lying = container.clone();
            ByteBuffer.wrap(lying).putInt(frame, lie);
            assertEquals(0, damage(KEYS, lying).frame());
        }
        byte[] header = container.clone();
        header[8] = (byte) 0xFF;
        header[9] = (byte) 0xFF;
        assertEquals(Damage.Kind.CHANGED, damage(KEYS, header).kind());
    }

    @Test
    void rubbishIsNoContainer() {
        Random random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            byte[] rubbish = new byte[random.nextInt(300)];
            random.nextBytes(rubbish);
            if (rubbish.length > 10 && i % 2 == 0) {
                System.arraycopy(new byte[] {'H', 'F', 'B', 'K', 1, 0, 0, 0, 0}, 0, rubbish, 0, 9);
            }
            damage(BackupKeys.none(), rubbish);
        }
    }

    @Test
    void anOlderKeyStillReadsAndAMissingOneIsNamed() throws IOException {
        byte[] container = write(KEYS, true, noise(100), 1);
        assertArrayEquals(noise(100), read(BackupKeys.of(KeyRing.of(OTHER, KEY)), container));
        KeyUnavailableException missing =
                assertThrows(KeyUnavailableException.class, () -> read(BackupKeys.of(KeyRing.of(OTHER)), container));
        assertTrue(missing.getMessage().contains(KeyRing.of(KEY).ids().get(0)), missing.getMessage());
        assertThrows(KeyUnavailableException.class, () -> read(BackupKeys.none(), container));
    }

    @Test
    void aContainerWithoutEncryptionIsRefusedWhereThereAreKeys() throws IOException {
        byte[] container = write(BackupKeys.none(), true, noise(100), 1);
        assertEquals(Damage.Kind.UNPROTECTED, damage(KEYS, container).kind());
        assertArrayEquals(noise(100), read(KEYS.alsoUnencrypted(), container));
    }

    @Test
    void aWrappedKeyOfAnotherBackupIsRefused() throws IOException {
        RandomGenerator random = new Random(1);
        DataKey key = new DataKeys(KEYS).create("b-2", random);
        ContainerHeader header = new ContainerHeader(false, new byte[16], ABOUT, key.wrapped());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ContainerWriter writer = new ContainerWriter(out, header, key.key(), 3, Progress.NONE)) {
            writer.finish();
        }
        assertEquals(Damage.Kind.CHANGED, damage(KEYS, out.toByteArray()).kind());
    }

    @Test
    void noTwoContainersHaveOneKey() throws IOException {
        byte[] content = new byte[1_000];
        byte[] one = write(KEYS, false, content, 1);
        byte[] two = write(KEYS, false, content, 1, new About("shop", "b-1", "data/b-1/other", "physical"));
        int length = 1_000;
        byte[] first =
                Arrays.copyOfRange(one, frames(one).get(0) + 4, frames(one).get(0) + 4 + length);
        byte[] second =
                Arrays.copyOfRange(two, frames(two).get(0) + 4, frames(two).get(0) + 4 + length);
        assertTrue(!Arrays.equals(first, second), "the same key stream for two containers");
    }

    @Test
    void progressIsToldFrameByFrame() throws IOException {
        List<Long> stored = new ArrayList<>();
        ContainerHeader header = new ContainerHeader(false, new byte[16], ABOUT, null);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ContainerWriter writer =
                new ContainerWriter(out, header, null, 3, (contentBytes, storedBytes) -> stored.add(storedBytes))) {
            writer.write(noise(200_000));
            writer.finish();
        }
        assertEquals(4, stored.size());
        assertEquals(out.size() - 32L, stored.get(3));
    }

    @Test
    void whatIsGivenUpIsNotWhole() throws IOException {
        ContainerHeader header = new ContainerHeader(true, new byte[16], ABOUT, null);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ContainerWriter writer = new ContainerWriter(out, header, null, 3, Progress.NONE)) {
            writer.write(noise(200_000));
        }
        assertEquals(
                Damage.Kind.CUT, damage(BackupKeys.none(), out.toByteArray()).kind());
    }

    @Test
    void memoryDoesNotGrowWithTheContent() throws IOException {
        ContainerHeader header = new ContainerHeader(false, new byte[16], ABOUT, null);
        int[] largest = {0};
        OutputStream nowhere = new OutputStream() {
            @Override
            public void write(int b) {}

            @Override
            public void write(byte[] bytes, int offset, int length) {
                largest[0] = Math.max(largest[0], length);
            }
        };
        try (ContainerWriter writer = new ContainerWriter(nowhere, header, null, 3, Progress.NONE)) {
            writer.write(new byte[5_000_000]);
            writer.finish();
        }
        assertEquals(65_536, largest[0]);
    }

    @Test
    void goldenBytes() throws IOException {
        byte[] content = "orders\n".getBytes(StandardCharsets.US_ASCII);
        byte[] plain = write(BackupKeys.none(), false, content, 1);
        assertEquals(
                "4846424b01000000003773d51abbd89cb8196f0efb6892f94d68000473686f700003622d31000c646174612f622d312f"
                        + "616c6c0008706879736963616c00000000e287b0088000000b6f72646572730ac3bd6e969f69f641b1ff520b4ff0aada"
                        + "f1ad9d5e65fc9e428d1f53238552fcaf3bdfe2df",
                HexFormat.of().formatHex(plain));
        byte[] encrypted = write(KEYS, false, content, 1);
        assertEquals(
                "4846424b01010000007bd5d9bef76808f3b572e5900112b81927000473686f700003622d31000c646174612f622d312f"
                        + "616c6c0008706879736963616c00083239323930393631003cf70eaa8f1aff7e737dc922fd252eac94be40f2768ddc12"
                        + "2096d73c4579474becc63b8cac49b755751cd74ca975047b1e95f7b5413214eb6a0708173a60c5a465800000179e27e1"
                        + "93f5e523b433d2e9b1445ad2f3d703f3095ac457dc1da11ff1653c00ae990601efd3a029d3db385c7ceb95a5d118f4b1"
                        + "949e6db2",
                HexFormat.of().formatHex(encrypted));
        for (byte[] golden : List.of(plain, encrypted)) {
            try (InputStream read = reader(KEYS.alsoUnencrypted(), golden)) {
                assertArrayEquals(content, read.readAllBytes());
            }
        }
    }

    @Test
    void whatZstdOfTodayWroteIsReadLater() throws IOException {
        byte[] golden = HexFormat.of()
                .parseHex(
                        "4846424b01010100007bd5d9bef76808f3b572e5900112b81927000473686f700003622d31000c646174612f622d312f"
                                + "616c6c0008706879736963616c00083239323930393631003cf70eaa8f1aff7e737dc922fd252eac94be40f2768ddc12"
                                + "2096d73c4579474becc63b8cac49b755751cd74ca975047b1e95f7b5413214eb6a0708173a1bfbd38d80000027413faf"
                                + "cf1b4008a275f55341faa20151dfd2c8d7d33a6c20ca8d162661b7647af4523937b8d47ba713fcd314dc7698b3ecc635"
                                + "1d374b570ba01cc6c2147f7e48eb429de7429a5c");
        assertArrayEquals("orders\n".repeat(100).getBytes(StandardCharsets.US_ASCII), read(KEYS, golden));
    }

    @Test
    void wrappedKeysHaveBounds() {
        assertThrows(IllegalArgumentException.class, () -> new Wrapped("", new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> new Wrapped("a b", new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> new Wrapped("k", new byte[0]));
        assertThrows(IllegalArgumentException.class, () -> new Wrapped("k", new byte[4_097]));
    }
}
