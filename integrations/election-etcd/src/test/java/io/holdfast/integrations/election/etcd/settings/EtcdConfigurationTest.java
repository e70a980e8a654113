package io.holdfast.integrations.election.etcd.settings;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.integrations.election.etcd.EtcdElection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Elections on etcd by file and environment: what is refused with what to write instead, and what nobody is shown. */
class EtcdConfigurationTest {
    private static final String NODE = """
            holdfast.cluster.name=shop
            holdfast.node.id=node-1
            holdfast.node.bind=127.0.0.1:0
            holdfast.node.advertise=127.0.0.1:0
            """;

    @TempDir
    Path directory;

    private HaCluster.Builder builder(String text, Map<String, String> environment) throws Exception {
        return HaCluster.builder(Configuration.load(Files.writeString(directory.resolve("p"), NODE + text))
                        .environment(environment))
                .onMaster(grant -> {})
                .onSlave(reason -> {});
    }

    private String refusal(String text) throws Exception {
        HaCluster.Builder builder = builder(text, Map.of());
        return String.valueOf(assertThrows(IllegalArgumentException.class, builder::build, text)
                .getMessage());
    }

    private void refused(String text, String... parts) throws Exception {
        String message = refusal(text);
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
        assertFalse(message.contains("problems"), message);
    }

    @Test
    void whatIsMissingOrWrongIsSaidByKey() throws Exception {
        refused(
                "holdfast.etcd-election.lease=10s",
                "holdfast.etcd-election.endpoints is missing",
                "write for example holdfast.etcd-election.endpoints=http://etcd-1:2379, http://etcd-2:2379");
        String endpoints = "holdfast.etcd-election.endpoints=http://etcd-1:2379, https://etcd-2:2379\n";
        refused("holdfast.etcd-election.endpoints=etcd-1:2379", "are not URLs with a port");
        refused(endpoints + "holdfast.etcd-election.root=holdfast", "is not an absolute path");
        refused(endpoints + "holdfast.etcd-election.calm=2h", "2h is too much", "0s to 1h");
        refused(endpoints + "holdfast.etcd-election.clockDrift=10s", "clockDrift of 10000 ms");
        refused(
                endpoints + "holdfast.etcd-election.user=me",
                "holdfast.etcd-election.password is missing",
                "go together");
        refused(
                endpoints + "holdfast.etcd-election.passwordFile=" + secret(),
                "holdfast.etcd-election.user is missing");
        refused(endpoints + "holdfast.etcd-election.endpoint=x", "did you mean holdfast.etcd-election.endpoints?");
    }

    private Path secret() throws Exception {
        return Files.writeString(directory.resolve("secret"), "hush\n");
    }

    @Test
    void aPasswordIsNeverShown() throws Exception {
        String inAddress = refusal("holdfast.etcd-election.endpoints=http://me:hush@etcd-1:2379");
        assertFalse(inAddress.contains("hush"), inAddress);
        assertTrue(inAddress.contains("an endpoint has no user in it"), inAddress);
        String alone =
                refusal("holdfast.etcd-election.endpoints=http://etcd-1:2379\nholdfast.etcd-election.password=hush");
        assertFalse(alone.contains("hush"), alone);
        assertTrue(alone.contains("holdfast.etcd-election.user is missing"), alone);
    }

    @Test
    void codeAddsWhatOnlyCodeCanGive() throws Exception {
        builder(
                        "holdfast.etcd-election.endpoints=http://etcd-1:2379\nholdfast.etcd-election.user=me",
                        Map.of("HOLDFAST_ETCD_ELECTION_PASSWORD_FILE", secret().toString()))
                .with(EtcdElection.class, election -> election.configure(client -> {})
                        .calm(Duration.ZERO))
                .build();
    }
}
