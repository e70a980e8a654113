package io.holdfast.core.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.core.runtime.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DiscoveryTest {
    private final RealRuntime runtime = RealRuntime.create("node-1", TransportConfig.defaults());
    private final Worker worker = runtime.newWorker("discovery");

    @TempDir
    private Path directory;

    private record Found(List<String> addresses, String problem) {}

    @AfterEach
    void close() {
        worker.close();
        runtime.close();
    }

    private Found look(Discovery discovery) throws Exception {
        CompletableFuture<Found> answer = new CompletableFuture<>();
        runtime.loop()
                .execute(() -> discovery.find(runtime, worker, (addresses, problem) -> {
                    assertTrue(runtime.loop().inEventLoop());
                    assertTrue(
                            answer.complete(new Found(
                                    addresses.stream().map(Address::toString).toList(), problem)),
                            "told once");
                }));
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static void refused(String seed, String... parts) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Discovery.of(seed))
                .getMessage());
        for (String part : parts) {
            assertTrue(message.contains(part), part + " in: " + message);
        }
    }

    @Test
    void aListIsTakenAsItIs() throws Exception {
        Found found = look(Discovery.of("shop-1.example:7400", "10.0.0.2:7401", "10.0.0.2:7401"));
        assertEquals(List.of("shop-1.example:7400", "10.0.0.2:7401"), found.addresses());
        assertEquals("", found.problem());
    }

    @Test
    void aNameStandsForAllItsAddresses() throws Exception {
        Found found = look(Discovery.of("dns:localhost:7400"));
        assertTrue(found.addresses().contains("127.0.0.1:7400"), found.toString());
        assertEquals("", found.problem());
    }

    @Test
    void aNameThatIsNotKnownKeepsNothingFromTheOthers() throws Exception {
        Found found = look(Discovery.of("dns:no-such-name.invalid:7400", "10.0.0.2:7400"));
        assertEquals(List.of("10.0.0.2:7400"), found.addresses());
        assertTrue(found.problem().contains("no-such-name.invalid"), found.problem());
    }

    @Test
    void serviceRecordsNameHostsAndPorts() throws Exception {
        try (NameServer server = new NameServer(List.of(
                new NameServer.Service(20, 0, 7402, "spare.shop.example"),
                new NameServer.Service(10, 1, 7400, "a.shop.example"),
                new NameServer.Service(10, 9, 7401, "b.shop.example")))) {
            Found found = look(new ServiceSeeds("_holdfast._tcp.shop.example", new SrvLookup(server.url())));
            assertEquals(
                    List.of("b.shop.example:7401", "a.shop.example:7400", "spare.shop.example:7402"),
                    found.addresses());
            assertEquals("", found.problem());
        }
    }

    @Test
    void recordsOfNoUseAreToldAndKeepNothingFromTheOthers() throws Exception {
        try (NameServer server = new NameServer(List.of(
                new NameServer.Service(10, 1, 7400, "*.shop.example"),
                new NameServer.Service(10, 1, 7400, "a\n b.shop.example"),
                new NameServer.Service(10, 1, 7401, "b.shop.example")))) {
            Found found = look(new ServiceSeeds("_holdfast._tcp.shop.example", new SrvLookup(server.url())));
            assertEquals(List.of("b.shop.example:7401"), found.addresses());
            assertTrue(found.problem().contains("of no use"), found.problem());
            assertFalse(found.problem().contains("\n"), found.problem());
        }
    }

    @Test
    void aServiceThatIsNotThereIsSaidToBe() throws Exception {
        try (NameServer server = new NameServer(List.of())) {
            Found found = look(new ServiceSeeds("_holdfast._tcp.shop.example", new SrvLookup(server.url())));
            assertEquals(List.of(), found.addresses());
            assertTrue(found.problem().contains("_holdfast._tcp.shop.example"), found.problem());
        }
    }

    @Test
    void aFileIsReadAgainEachTime() throws Exception {
        Path file = directory.resolve("nodes");
        Discovery discovery = Discovery.of("file:" + file);
        assertTrue(look(discovery).problem().contains(file.toString()));

        Files.writeString(file, "# who is there\n10.0.0.1:7400\n\n10.0.0.2:7400 # the second\nnonsense\n");
        Found found = look(discovery);
        assertEquals(List.of("10.0.0.1:7400", "10.0.0.2:7400"), found.addresses());
        assertTrue(found.problem().contains("line 5") && found.problem().contains("nonsense"), found.problem());

        Files.writeString(file, "10.0.0.3:7400\n");
        assertEquals(new Found(List.of("10.0.0.3:7400"), ""), look(discovery));

        Files.writeString(file, "file:" + file + "\n");
        assertTrue(look(discovery).problem().contains("is not followed"));

        Files.writeString(file, "x".repeat(70_000));
        assertTrue(look(discovery).problem().contains("larger than"));
    }

    @Test
    void codeOfTheCallersMayBlockAndFail() throws Exception {
        assertEquals(
                List.of("10.0.0.9:7400"),
                look(Discovery.by("the inventory", () -> List.of(Address.parse("10.0.0.9:7400"))))
                        .addresses());
        Found failed = look(Discovery.by("the inventory", () -> {
            throw new IOException("no route");
        }));
        assertTrue(failed.problem().contains("the inventory failed")
                && failed.problem().contains("no route"));
    }

    @Test
    void codeOfTheCallersMayBreak() throws Exception {
        Found broken = look(Discovery.by("the inventory", () -> {
            throw new NoClassDefFoundError("Inventory");
        }));
        assertTrue(broken.problem().contains("Inventory"));
    }

    @Test
    void whatCannotBeMeantIsRefusedWithWhatToWrite() {
        refused("10.0.0.1", "has no port");
        refused("10.0.0.1:0", "port 0", "7400");
        refused("dns:shop", "has no port");
        refused("srv:not a name", "srv:_holdfast._tcp");
        refused("file:", "file:/etc/shop/nodes");
        assertThrows(IllegalArgumentException.class, () -> Discovery.of(List.of()));
    }
}
