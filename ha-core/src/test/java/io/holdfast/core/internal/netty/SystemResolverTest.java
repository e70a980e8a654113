package io.holdfast.core.internal.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SystemResolverTest {
    private final RealRuntime runtime = RealRuntime.create("node-1", TransportConfig.defaults());

    private record Answer(List<InetSocketAddress> addresses, String problem) {}

    @AfterEach
    void close() {
        runtime.close();
    }

    private Answer resolve(String host) throws Exception {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        runtime.loop().run(() -> {
            runtime.resolver().resolve(new Address(host, 7400), (addresses, problem) -> {
                assertTrue(runtime.loop().inEventLoop());
                answer.complete(new Answer(addresses, problem));
            });
            assertFalse(answer.isDone(), "never from within the call");
        });
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static boolean resolverThreadLives() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("holdfast-node-1-resolver"));
    }

    @Test
    void literalAddressesNeedNoThread() throws Exception {
        for (String literal : List.of("127.0.0.1", "0:0:0:0:0:0:0:1")) {
            Answer answer = resolve(literal);
            assertEquals("", answer.problem());
            assertEquals(1, answer.addresses().size());
            InetSocketAddress only = answer.addresses().get(0);
            assertEquals(literal, only.getAddress().getHostAddress());
            assertEquals(7400, only.getPort());
        }
        assertFalse(resolverThreadLives());
    }

    @Test
    void aNameIsLookedUpOnAThreadOfItsOwn() throws Exception {
        Answer answer = resolve("localhost");
        assertEquals("", answer.problem());
        assertTrue(answer.addresses().stream()
                .allMatch(each -> each.getAddress().isLoopbackAddress() && each.getPort() == 7400));
        assertFalse(answer.addresses().isEmpty());
        assertTrue(resolverThreadLives());
    }

    @Test
    void aNameThatIsNotThereIsAProblemWithTheName() throws Exception {
        Answer answer = resolve("no-such-host.invalid");
        assertEquals(List.of(), answer.addresses());
        assertTrue(answer.problem().contains("no-such-host.invalid"), answer.problem());
    }
}
