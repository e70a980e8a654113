package io.holdfast.core.internal.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.internal.tls.NodeCredentials.Look;
import io.holdfast.core.internal.tls.NodeCredentials.Outcome;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Issued;
import io.holdfast.core.testing.TestAuthority.Order;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeCredentialsTest {
    private static final Look UNCHANGED = new Look(Outcome.UNCHANGED, "");

    private final TestAuthority authority = new TestAuthority("Test CA");
    private final Instant soon = Instant.now().plus(3, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

    @TempDir
    Path directory;

    private NodeCredentials credentials;
    private boolean odd;

    @BeforeEach
    void load() throws Exception {
        authority.write(directory, "ca");
        issue(soon);
        PemFiles files = new PemFiles(
                directory.resolve("node.crt"), directory.resolve("node.key"), directory.resolve("ca.crt"), null);
        credentials = NodeCredentials.load(files, true, names -> {
            if (odd) {
                throw new IllegalStateException("what a provider throws");
            }
            return names.names().contains("node-1");
        });
    }

    private Issued issue(Instant until) {
        return authority
                .issue(Order.of("x", "node-1").valid(Instant.now().minusSeconds(60), until))
                .write(directory, "node");
    }

    @Test
    void newFilesAreTaken() {
        assertEquals(UNCHANGED, credentials.reread());
        assertEquals(soon.toEpochMilli(), credentials.expiresMillis());
        issue(soon.plusSeconds(60));
        Look look = credentials.reread();
        assertEquals(Outcome.RENEWED, look.outcome());
        assertTrue(look.detail().contains("[node-1] is valid until " + soon.plusSeconds(60)), look.detail());
        assertEquals(soon.plusSeconds(60).toEpochMilli(), credentials.expiresMillis());
        assertEquals(UNCHANGED, credentials.reread());
    }

    @Test
    void brokenOnesAreToldOnceAndTheOldOnesStay() throws Exception {
        Files.writeString(directory.resolve("node.crt"), "no PEM");
        assertEquals(UNCHANGED, credentials.reread()); // it may be half written
        Look look = credentials.reread();
        assertEquals(Outcome.BROKEN, look.outcome());
        assertTrue(look.detail().contains("holds no certificate"), look.detail());
        assertTrue(look.detail().endsWith("the certificates read before stay in use"), look.detail());
        assertEquals(UNCHANGED, credentials.reread());
        assertEquals(soon.toEpochMilli(), credentials.expiresMillis());
        issue(soon.plusSeconds(60));
        assertEquals(Outcome.RENEWED, credentials.reread().outcome());
    }

    @Test
    void whatMakesAProviderThrowIsToldOnceAndCostsNothing() {
        odd = true;
        issue(soon.plusSeconds(60));
        assertEquals(UNCHANGED, credentials.reread());
        Look look = credentials.reread();
        assertEquals(Outcome.BROKEN, look.outcome());
        assertTrue(look.detail().contains("what a provider throws"), look.detail());
        assertEquals(UNCHANGED, credentials.reread());
        assertEquals(soon.toEpochMilli(), credentials.expiresMillis());
        odd = false;
        issue(soon.plusSeconds(120));
        assertEquals(Outcome.RENEWED, credentials.reread().outcome());
    }

    @Test
    void filesThatAreGoneAreToldOnce() throws Exception {
        Files.delete(directory.resolve("node.key"));
        assertEquals(UNCHANGED, credentials.reread());
        assertTrue(credentials.reread().detail().contains("node.key does not exist"));
        assertEquals(UNCHANGED, credentials.reread());
    }

    @Test
    void aKeyThatComesLaterThanItsCertificateIsWaitedFor() throws Exception {
        String key = Files.readString(directory.resolve("node.key"));
        issue(soon.plusSeconds(60));
        String next = Files.readString(directory.resolve("node.key"));
        Files.writeString(directory.resolve("node.key"), key);
        assertEquals(UNCHANGED, credentials.reread());
        Files.writeString(directory.resolve("node.key"), next);
        assertEquals(Outcome.RENEWED, credentials.reread().outcome());
    }
}
