package io.holdfast.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.internal.tls.NodeCredentials;
import io.holdfast.core.internal.tls.PemFiles;
import io.holdfast.core.spi.Links.Protocol;
import io.holdfast.core.testing.Await;
import io.holdfast.core.testing.HeldEngines;
import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Order;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Someone with a certificate of the right authority, but not a node's, waits where a node is dialled. */
@Timeout(60)
class ImpostorTest {
    private static final Protocol PROTOCOL = new Protocol(7, "test");

    private final TestAuthority authority = new TestAuthority("Test CA");
    private final List<RealRuntime> runtimes = new ArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final Recorder dialled = new Recorder();

    @TempDir
    Path directory;

    private RealRuntime dialler;

    @BeforeEach
    void start() throws Exception {
        authority.write(directory, "ca");
        authority.issue(Order.of("x", "bob").forClientsOnly()).write(directory, "bob");
        PemFiles files = new PemFiles(
                directory.resolve("bob.crt"), directory.resolve("bob.key"), directory.resolve("ca.crt"), null);
        dialler = RealRuntime.create(
                "bob", TransportConfig.defaults(), NodeCredentials.load(files, false, names -> true));
        dialler.onFailure(failures::add);
        runtimes.add(dialler);
    }

    @AfterEach
    void stop() {
        runtimes.forEach(RealRuntime::close);
        assertEquals(List.of(), failures);
    }

    /** Says what became of bob's dial of one that says to be alice, a node. */
    private String dial(Order ofAlice, @Nullable String expected) throws Exception {
        RealRuntime impostor = RealRuntime.create(
                "alice", TransportConfig.defaults(), new HeldEngines(authority, authority.issue(ofAlice)));
        impostor.onFailure(failures::add);
        runtimes.add(impostor);
        NodeLinks hers = new NodeLinks(
                impostor, "shop", "alice", true, Admission.certified(Map.of()), new SimpleMeterRegistry());
        impostor.loop().run(() -> {
            hers.accept(PROTOCOL, peer -> new Recorder());
            hers.begin();
        });
        int port = impostor.transport()
                .listen(new Address("127.0.0.1", 0), hers.transportAcceptor())
                .address()
                .getPort();
        NodeLinks his =
                new NodeLinks(dialler, "shop", "bob", false, Admission.certified(Map.of()), new SimpleMeterRegistry());
        dialler.loop().run(() -> {
            his.begin();
            his.dial(PROTOCOL, expected, new Address("127.0.0.1", port), dialled);
        });
        String[] last = {""};
        Await.until(
                () -> {
                    dialler.loop().run(() -> last[0] = dialled.events.isEmpty() ? "" : dialled.events.get(0));
                    return !last[0].isEmpty();
                },
                () -> "nothing was heard");
        return last[0];
    }

    @Test
    void aClientsCertificateIsNoneOfANode() throws Exception {
        String heard = dial(Order.of("x", "alice").forClientsOnly(), null);
        assertTrue(heard.startsWith("failed SECURITY "), heard);
        assertTrue(heard.contains("Extended key usage does not permit use for TLS server authentication"), heard);
    }

    @Test
    void whoIsLookedForByIdIsNobodyElse() throws Exception {
        String heard = dial(Order.of("x", "alice"), "node-1");
        assertTrue(heard.contains("OTHER_CERTIFICATE: the certificate stands for [alice] and not for node-1"), heard);
    }

    /** Why docs/security.md has clients' and operators' certificates be good for clients alone. */
    @Test
    void oneThatIsGoodForServersIsTakenWhereAnyNodeMayBe() throws Exception {
        assertEquals("up alice", dial(Order.of("x", "alice"), null));
    }
}
