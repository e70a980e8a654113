package io.holdfast.backup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.KeyProvider.Wrapped;
import io.holdfast.core.KeyRing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupKeysTest {
    private static final String FIRST = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static final String SECOND = "f0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private static KeyProvider provider(BackupKeys keys) {
        return Objects.requireNonNull(keys.provider());
    }

    private static byte[] dataKey() {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 5);
        return key;
    }

    @Test
    void aWrappedKeyIsUnwrappedForItsContextAlone() {
        KeyProvider keys = provider(BackupKeys.of(KeyRing.of(FIRST)));
        Wrapped wrapped = keys.wrap(dataKey(), "b-1");
        assertEquals(KeyRing.of(FIRST).ids().get(0), wrapped.keyId());
        assertArrayEquals(dataKey(), keys.unwrap(wrapped, "b-1"));
        assertThrows(IllegalArgumentException.class, () -> keys.unwrap(wrapped, "b-2"));
        for (int i = 0; i < wrapped.bytes().length; i++) {
            byte[] changed = wrapped.bytes().clone();
            changed[i] ^= 1;
            assertThrows(
                    IllegalArgumentException.class, () -> keys.unwrap(new Wrapped(wrapped.keyId(), changed), "b-1"));
        }
        assertThrows(
                IllegalArgumentException.class, () -> keys.unwrap(new Wrapped(wrapped.keyId(), new byte[59]), "b-1"));
    }

    @Test
    void noNonceComesTwiceForTwoKeys() {
        KeyProvider keys = provider(BackupKeys.of(KeyRing.of(FIRST)));
        byte[] other = dataKey();
        other[31] ^= 1;
        byte[] one = Arrays.copyOf(keys.wrap(dataKey(), "b-1").bytes(), 12);
        assertFalse(Arrays.equals(one, Arrays.copyOf(keys.wrap(other, "b-1").bytes(), 12)));
        assertFalse(Arrays.equals(one, Arrays.copyOf(keys.wrap(dataKey(), "b-2").bytes(), 12)));
    }

    @Test
    void aFileIsReadAgainForEachBackup(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("keys"), FIRST + "\n");
        BackupKeys keys = BackupKeys.inFile(file);
        Wrapped old = provider(keys).wrap(dataKey(), "b-1");
        Files.writeString(file, SECOND + "\n" + FIRST + "\n");
        Wrapped young = provider(keys).wrap(dataKey(), "b-2");
        assertEquals(KeyRing.of(SECOND).ids().get(0), young.keyId());
        assertArrayEquals(dataKey(), provider(keys).unwrap(old, "b-1"));
        BackupKeys elsewhere = BackupKeys.inFile(file);
        assertArrayEquals(dataKey(), provider(elsewhere).unwrap(young, "b-2"));
        assertTrue(keys.toString().contains(file.toString()), keys.toString());
    }

    @Test
    void aKeyThatIsAddedIsFoundWithoutARestart(@TempDir Path directory) throws IOException {
        Wrapped foreign = provider(BackupKeys.of(KeyRing.of(SECOND))).wrap(dataKey(), "b-1");
        Path file = Files.writeString(directory.resolve("keys"), FIRST + "\n");
        KeyProvider keys = provider(BackupKeys.inFile(file));
        KeyUnavailableException missing =
                assertThrows(KeyUnavailableException.class, () -> keys.unwrap(foreign, "b-1"));
        assertTrue(missing.getMessage().contains(foreign.keyId()), missing.getMessage());
        assertTrue(missing.getMessage().contains(file.toString()), missing.getMessage());
        Files.writeString(file, FIRST + "\n" + SECOND + "\n");
        assertArrayEquals(dataKey(), keys.unwrap(foreign, "b-1"));
    }

    @Test
    void whatIsNotThereIsNamedAndNoKeyIsPrinted(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("none");
        KeyUnavailableException missing =
                assertThrows(KeyUnavailableException.class, () -> provider(BackupKeys.inFile(file))
                        .wrap(dataKey(), "b"));
        assertTrue(missing.getMessage().contains(file.toString()), missing.getMessage());
        String variable = "HOLDFAST_TEST_KEYS_THAT_NOBODY_SETS";
        KeyUnavailableException unset =
                assertThrows(KeyUnavailableException.class, () -> provider(BackupKeys.inEnvironment(variable))
                        .wrap(dataKey(), "b"));
        assertTrue(unset.getMessage().contains(variable), unset.getMessage());
        Files.writeString(file, "00112233\n");
        KeyUnavailableException useless =
                assertThrows(KeyUnavailableException.class, () -> provider(BackupKeys.inFile(file))
                        .wrap(dataKey(), "b"));
        assertFalse(useless.getMessage().contains("00112233"), useless.getMessage());
        assertFalse(BackupKeys.of(KeyRing.of(FIRST)).toString().contains(FIRST));
    }

    @Test
    void withoutKeysNothingIsEncrypted() {
        assertNull(BackupKeys.none().provider());
        assertTrue(BackupKeys.none().readsUnencrypted());
        assertFalse(BackupKeys.of(KeyRing.of(FIRST)).readsUnencrypted());
        assertTrue(BackupKeys.of(KeyRing.of(FIRST)).alsoUnencrypted().readsUnencrypted());
    }
}
