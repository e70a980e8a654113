package io.holdfast.integrations.election.etcd;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.holdfast.core.Configuration;
import io.holdfast.core.HaCluster;
import io.holdfast.core.NotAvailableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A configured node signs in at an etcd that asks who it is. */
@Timeout(120)
class EtcdUserTest {
    @TempDir
    Path directory;

    private EtcdServer server;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(EtcdServer.isInstalled(), EtcdServer.HOW_TO_INSTALL);
        server = EtcdServer.create(directory);
        server.start();
        try (Client client =
                Client.builder().endpoints("http://127.0.0.1:" + server.port()).build()) {
            Auth auth = client.getAuthClient();
            auth.roleAdd(bytes("root")).get(20, TimeUnit.SECONDS);
            auth.userAdd(bytes("root"), bytes("top")).get(20, TimeUnit.SECONDS);
            auth.userGrantRole(bytes("root"), bytes("root")).get(20, TimeUnit.SECONDS);
            auth.roleAdd(bytes("ha")).get(20, TimeUnit.SECONDS);
            auth.roleGrantPermission(bytes("ha"), bytes("/shop/"), bytes("/shop0"), Permission.Type.READWRITE)
                    .get(20, TimeUnit.SECONDS);
            auth.userAdd(bytes("me"), bytes("hush")).get(20, TimeUnit.SECONDS);
            auth.userGrantRole(bytes("me"), bytes("ha")).get(20, TimeUnit.SECONDS);
            auth.authEnable().get(20, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.kill();
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private HaCluster.Builder node(String password) throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), password);
        return HaCluster.builder(
                Configuration.load(Files.writeString(directory.resolve("p"), """
                holdfast.cluster.name=shop
                holdfast.node.id=node-1
                holdfast.node.bind=127.0.0.1:0
                holdfast.node.advertise=127.0.0.1:0
                holdfast.etcd-election.endpoints=http://127.0.0.1:%d
                holdfast.etcd-election.root=/shop
                holdfast.etcd-election.user=me
                holdfast.etcd-election.passwordFile=%s
                """.formatted(server.port(), secret))));
    }

    @Test
    void theRightPasswordLetsIn() throws Exception {
        CountDownLatch master = new CountDownLatch(1);
        try (HaCluster node = node("hush").onMaster(grant -> master.countDown()).start()) {
            assertTrue(master.await(60, TimeUnit.SECONDS), () -> node.explain().toString());
        }
    }

    @Test
    void aWrongOneDoesNotAndIsNotShown() throws Exception {
        try (HaCluster node = node("shout").onMaster(grant -> {}).start()) {
            assertThrows(NotAvailableException.class, () -> node.awaitReady(Duration.ofSeconds(3)));
            String why = node.whyNotReady() + node.explain() + node.health();
            assertTrue(why.contains("etcd at"), why);
            assertFalse(why.contains("shout"), why);
        }
    }
}
