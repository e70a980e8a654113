package io.holdfast.core.internal.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Issued;
import io.holdfast.core.testing.TestAuthority.Order;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemTest {
    private static final Path FILE = Path.of("node.key");
    private static final byte[] P256 = {0x06, 0x08, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 0x03, 0x01, 0x07};

    /** The same key as openssl pkcs8 -topk8 writes it, without and with the password "correct horse"; used nowhere else. */
    private static final String CLEAR = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8FxNqc22pX9ex1ZD
            UObkcoPW6ezZAknuF6cTqkwsxj+hRANCAAQxOUUdW8njhTK9eMTA9RnA5ioAmcNF
            //NL/OmSJGKXq9pUXbgBQdlu5RUQOYCk06AnxBNU7ZSagXQ3BBHfmmfZ
            -----END PRIVATE KEY-----
            """;

    private static final String ENCRYPTED = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgIZZn9c8Q8UgICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBtFQcbqKoHjDrF1m39enHUEgZD9
            Z8mUoj/uKWnx6Cs71Oe+LwfsfPYmkNP/HZLRwqMH+0+LwwwcGG5b95h4iL5i5w+h
            PS8z1IUm9uGqVJ4aRLAsWvfjGps0bEw+1wVJpUE07aT971bXjRN+SCCiJ3KJeNQL
            rpnGI4XqOeNMq0ihobzCvy4ED0ELmAomx3N9iaGbIWvjtaO18tXqxI6YNzRdrVs=
            -----END ENCRYPTED PRIVATE KEY-----
            """;

    private final TestAuthority authority = new TestAuthority("Test CA");

    @TempDir
    Path directory;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static PrivateKey read(String text, char @Nullable [] password) throws PemException {
        return PemKey.read(FILE, bytes(text), password);
    }

    private static String problem(String text, char @Nullable [] password) {
        return String.valueOf(
                assertThrows(PemException.class, () -> read(text, password)).getMessage());
    }

    @Test
    void everyFormOfKeyIsRead() throws Exception {
        KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        byte[] pkcs8 = rsa.getPrivate().getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length); // what the octet string of PKCS#8 holds
        assertEquals(rsa.getPrivate(), read(TestAuthority.pem("PRIVATE KEY", pkcs8), null));
        assertEquals(rsa.getPrivate(), read(TestAuthority.pem("RSA PRIVATE KEY", pkcs1), null));

        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair ec = generator.generateKeyPair();
        assertEquals(
                ec.getPrivate(),
                read(TestAuthority.pem("PRIVATE KEY", ec.getPrivate().getEncoded()), null));
        String curve = TestAuthority.pem("EC PARAMETERS", P256);
        assertEquals(
                ((ECPrivateKey) ec.getPrivate()).getS(),
                ((ECPrivateKey) read(
                                curve + TestAuthority.pem("EC PRIVATE KEY", sec1((ECPrivateKey) ec.getPrivate())),
                                null))
                        .getS());

        KeyPair ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        assertEquals(
                ed.getPrivate(),
                read(TestAuthority.pem("PRIVATE KEY", ed.getPrivate().getEncoded()), null));
    }

    private static byte[] sec1(ECPrivateKey key) {
        byte[] number = new byte[32];
        byte[] s = key.getS().toByteArray();
        int length = Math.min(32, s.length);
        System.arraycopy(s, s.length - length, number, 32 - length, length);
        return Der.tag(
                Der.SEQUENCE,
                new byte[] {0x02, 0x01, 0x01},
                Der.tag(Der.OCTET_STRING, number),
                Der.tag(Der.PARAMETERS, P256));
    }

    @Test
    void anEncryptedKeyTakesItsPasswordAndNeverTellsIt() throws Exception {
        String pem = ENCRYPTED;
        assertEquals(read(CLEAR, null), read(pem, "correct horse".toCharArray()));
        assertEquals("node.key cannot be decrypted with the password given", problem(pem, "wrong horse".toCharArray()));
        assertEquals("node.key is encrypted; give its password with .keyPassword(...)", problem(pem, null));
        PemFiles files = new PemFiles(FILE, FILE, FILE, "correct horse".toCharArray());
        assertFalse(files.toString().contains("horse"), files.toString());
    }

    @Test
    void whatIsNoKeyIsNamedAndNotQuoted() {
        assertTrue(problem("", null).startsWith("node.key holds no private key"));
        String secret = Base64.getEncoder().encodeToString(bytes("secret, and no key"));
        String rubbish = "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n";
        assertTrue(problem(rubbish, null).startsWith("node.key holds a private key that cannot be read"));
        String damaged = "-----BEGIN PRIVATE KEY-----\n" + secret + "!\n-----END PRIVATE KEY-----\n";
        assertEquals(
                "node.key holds a PRIVATE KEY that is damaged (no Base64); copy the file again",
                problem(damaged, null));
        assertEquals(
                "node.key ends within its PRIVATE KEY; copy the file again",
                problem("-----BEGIN PRIVATE KEY-----\n" + secret, null));
        String old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n\n" + secret
                + "\n-----END RSA PRIVATE KEY-----\n";
        assertTrue(problem(old, null).startsWith("node.key is encrypted in an old form"));
        assertTrue(problem(TestAuthority.pem("EC PRIVATE KEY", new byte[] {0x30, 0x03, 2, 1, 1}), null)
                .startsWith("node.key holds an elliptic-curve key that cannot be read"));
        assertTrue(problem(TestAuthority.pem("EC PRIVATE KEY", new byte[] {0x30}), null)
                .startsWith("node.key holds an elliptic-curve key that cannot be read"));
    }

    private String problem(Order order) {
        authority.issue(order).write(directory, "node");
        return problem();
    }

    private String problem() {
        authority.write(directory, "ca");
        PemFiles files = new PemFiles(
                directory.resolve("node.crt"), directory.resolve("node.key"), directory.resolve("ca.crt"), null);
        return String.valueOf(assertThrows(
                        PemException.class,
                        () -> NodeCredentials.load(
                                files, true, names -> names.names().contains("node-1")))
                .getMessage());
    }

    @Test
    void whatIsWrongWithACertificateIsSaidWithItsFile() throws Exception {
        String crt = directory.resolve("node.crt").toString();
        assertEquals(crt + " does not exist", problem());
        assertTrue(problem(Order.of("x", "node-1").expired()).contains("in " + crt + " expired on "));
        Instant now = Instant.now();
        String early = problem(Order.of("x", "node-1").valid(now.plusSeconds(3600), now.plusSeconds(7200)));
        assertTrue(early.contains("is valid only from ") && early.endsWith("is this host's clock right?"), early);
        String use = problem(Order.of("x", "node-1").forClientsOnly());
        assertTrue(use.endsWith("extendedKeyUsage = serverAuth, clientAuth"), use);
        String other = problem(Order.of("node-1", "node-2"));
        assertTrue(other.contains("stands for [node-2] and not for this node"), other);

        Issued one = authority.issue(Order.of("x", "node-1")).write(directory, "node");
        Files.writeString(
                directory.resolve("node.key"),
                TestAuthority.pem(
                        "PRIVATE KEY", authority.issue(Order.of("y")).key().getEncoded()));
        String fit = problem();
        assertTrue(fit.contains("node.key does not fit the certificate in " + crt), fit);
        Files.writeString(
                directory.resolve("node.key"),
                TestAuthority.pem(
                        "PRIVATE KEY",
                        KeyPairGenerator.getInstance("RSA")
                                .generateKeyPair()
                                .getPrivate()
                                .getEncoded()));
        assertTrue(problem().contains("does not fit the certificate"), problem());

        one.write(directory, "node");
        String stranger = TestAuthority.pem(
                "CERTIFICATE", new TestAuthority("Another").certificate().getEncoded());
        Files.writeString(directory.resolve("node.crt"), Files.readString(directory.resolve("node.crt")) + stranger);
        assertTrue(problem().contains("number 2 did not issue number 1"), problem());
        Files.writeString(
                directory.resolve("node.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertTrue(problem().startsWith(crt + " holds a certificate that cannot be read"), problem());
        Files.writeString(directory.resolve("node.crt"), "x".repeat((1 << 20) + 1));
        assertTrue(problem().startsWith(crt + " is longer than 1 MiB"), problem());
        Files.writeString(directory.resolve("node.crt"), "no PEM");
        assertTrue(problem().startsWith(crt + " holds no certificate"), problem());
    }
}
