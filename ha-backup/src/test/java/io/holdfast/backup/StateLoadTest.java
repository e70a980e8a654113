package io.holdfast.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.spi.BytesMaps;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What lines do to maps that run. */
class StateLoadTest {
    private final Maps cluster = new Maps();

    /** Answers at once, or fails. */
    private static final class Maps implements BytesMaps {
        final Map<String, String> content = new TreeMap<>();
        final Map<String, Duration> left = new TreeMap<>();
        int writes;
        int failAtWrite = Integer.MAX_VALUE;
        Runnable beforeWrite = () -> {};

        private static String name(String map, byte[] key) {
            return map + "/" + new String(key, UTF_8);
        }

        private static Optional<byte[]> bytes(@Nullable String value) {
            return Optional.ofNullable(value).map(text -> text.getBytes(UTF_8));
        }

        private <T> CompletionStage<T> written(T answer) {
            return ++writes >= failAtWrite
                    ? CompletableFuture.failedFuture(new NotAvailableException("there is no master"))
                    : CompletableFuture.completedFuture(answer);
        }

        @Override
        public CompletionStage<Optional<byte[]>> get(String map, byte[] key) {
            return CompletableFuture.completedFuture(bytes(content.get(name(map, key))));
        }

        @Override
        public CompletionStage<Optional<byte[]>> putIfAbsent(String map, byte[] key, byte[] value) {
            beforeWrite.run();
            return written(bytes(content.putIfAbsent(name(map, key), new String(value, UTF_8))));
        }

        @Override
        public CompletionStage<?> put(String map, byte[] key, byte[] value, Duration timeToLive) {
            content.put(name(map, key), new String(value, UTF_8));
            left.put(name(map, key), timeToLive);
            return written("");
        }

        @Override
        public CompletionStage<?> remove(String map, byte[] key) {
            content.remove(name(map, key));
            return written("");
        }

        @Override
        public CompletionStage<Long> position(String map) {
            return CompletableFuture.completedFuture(99L);
        }
    }

    /** As an operator would write them with a text editor. */
    private static byte[] file(String... lines) {
        String header = "{\"format\":\"holdfast-logical-1\",\"cluster\":\"shop\",\"log\":\"9d0f.0\",\"index\":42,"
                + "\"term\":7,\"wallMillis\":1796000000000}";
        List<String> all = new ArrayList<>(List.of(header));
        all.addAll(List.of(lines));
        String text = String.join("\n", all) + "\n";
        long removals =
                Arrays.stream(lines).filter(line -> line.contains("removed")).count();
        try {
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
            text += "{\"sha256\":\"" + hash + "\",\"end\":{\"entries\":" + (lines.length - removals) + ",\"removals\":"
                    + removals + "}}\n";
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        return text.getBytes(UTF_8);
    }

    private static StateLoad load(byte[] file) {
        return StateLoad.from(() -> new ByteArrayInputStream(file));
    }

    private static final byte[] FILE = file(
            "{\"map\":\"orders\",\"key\":\"gone\",\"removed\":true}",
            "{\"map\":\"carts\",\"key\":\"1\",\"value\":\"c\"}",
            "{\"map\":\"orders\",\"key\":\"1\",\"value\":\"a\"}",
            "{\"map\":\"orders\",\"key\":\"2\",\"value\":\"b\",\"leftMillis\":1500}");

    private static final Map<String, String> CONTENT = Map.of("carts/1", "c", "orders/1", "a", "orders/2", "b");

    /** A running node goes on by them, and would go on with what is long over. */
    @Test
    void recordsOfFeaturesArePassedOver() throws Exception {
        cluster.content.put("holdfast.records/autoscale", "now");
        byte[] file = file(
                "{\"map\":\"holdfast.records\",\"key\":\"autoscale\",\"value\":\"then\"}",
                "{\"map\":\"orders\",\"key\":\"1\",\"value\":\"a\"}");
        Loaded loaded = load(file).overwrite().into(cluster);
        assertEquals(Map.of("holdfast.records/autoscale", "now", "orders/1", "a"), cluster.content);
        assertEquals(1, loaded.passedOver());
        assertEquals(1, load(file).into(cluster).passedOver(), "they are no conflict");
    }

    @Test
    void intoAnEmptyCluster() throws Exception {
        List<Loaded> told = new ArrayList<>();
        Loaded would = load(FILE).dryRun(cluster);
        assertEquals(0, cluster.writes);
        Loaded loaded = load(FILE).inFlight(1).progress(told::add).into(cluster);
        assertEquals(new Loaded("9d0f.0", 42, 3, 0, 1, 0, 0, List.of()), loaded);
        assertEquals(would, loaded);
        assertEquals(CONTENT, cluster.content);
        assertEquals(Map.of("orders/2", Duration.ofMillis(1500)), cluster.left);
        assertEquals(loaded, told.get(told.size() - 1));
        assertEquals(
                new Loaded("9d0f.0", 42, 0, 0, 4, 0, 0, List.of()), load(FILE).into(cluster), "all is there");
    }

    @Test
    void chosenMapsAndKeys() throws Exception {
        assertEquals(1, load(FILE).maps("orders").prefix("1").into(cluster).written());
        assertEquals(Map.of("orders/1", "a"), cluster.content);
        assertEquals(3, load(FILE).maps("carts").into(cluster).passedOver());
    }

    @Test
    void anotherValueIsARefusalBeforeAnythingIsWritten() throws Exception {
        cluster.content.put("orders/2", "newer");
        Map<String, String> before = Map.copyOf(cluster.content);
        LoadRefusedException refused = assertThrows(
                LoadRefusedException.class, () -> load(FILE).inFlight(1).into(cluster));
        assertEquals(42, refused.backupIndex());
        assertEquals(99, refused.position());
        assertEquals("orders", refused.map());
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.contains("\"2\"") && message.contains("entry 42") && message.contains("entry 99"), message);
        assertEquals(before, cluster.content);
        assertEquals(1, load(FILE).dryRun(cluster).kept());
        load(FILE).maps("carts").into(cluster);
    }

    @Test
    void aKeyThatWasRemovedAndIsThereIsARefusalToo() {
        cluster.content.put("orders/gone", "back again");
        assertThrows(LoadRefusedException.class, () -> load(FILE).into(cluster));
        assertEquals(0, cluster.writes);
    }

    @Test
    void onlyWhatIsAbsent() throws Exception {
        cluster.content.put("orders/1", "newer");
        cluster.content.put("orders/gone", "back again");
        assertEquals(
                new Loaded("9d0f.0", 42, 2, 0, 0, 2, 0, List.of()),
                load(FILE).onlyAbsent().into(cluster));
        assertEquals(
                Map.of("carts/1", "c", "orders/1", "newer", "orders/2", "b", "orders/gone", "back again"),
                cluster.content);
    }

    @Test
    void whateverIsThere() throws Exception {
        cluster.content.put("orders/1", "newer");
        cluster.content.put("orders/gone", "back again");
        cluster.content.put("orders/other", "stays");
        assertEquals(
                new Loaded("9d0f.0", 42, 3, 1, 0, 0, 0, List.of()),
                load(FILE).overwrite().into(cluster));
        Map<String, String> expected = new TreeMap<>(CONTENT);
        expected.put("orders/other", "stays");
        assertEquals(expected, cluster.content);
    }

    @Test
    void whatComesBetweenIsNotOverwritten() {
        cluster.beforeWrite = () -> cluster.content.putIfAbsent("orders/1", "came between");
        LoadRefusedException refused = assertThrows(
                LoadRefusedException.class, () -> load(FILE).inFlight(2).into(cluster));
        assertTrue(String.valueOf(refused.getMessage()).contains("entries had been written"), refused.toString());
        assertEquals("came between", cluster.content.get("orders/1"));
    }

    @Test
    void aCallThatFailsEndsItAndSaysHowFarItCame() {
        cluster.failAtWrite = 2;
        IOException failed =
                assertThrows(IOException.class, () -> load(FILE).inFlight(1).into(cluster));
        assertTrue(String.valueOf(failed.getMessage()).contains("after 1 entries"), failed.toString());
        assertSame(
                NotAvailableException.class,
                failed.getCause() == null ? null : failed.getCause().getClass());
    }

    @Test
    void nothingOfADamagedOneIsLoaded() {
        byte[] cut = Arrays.copyOf(FILE, FILE.length - 30);
        assertThrows(EOFException.class, () -> load(cut).overwrite().into(cluster));
        byte[] flipped = FILE.clone();
        flipped[FILE.length / 2] ^= 1;
        assertThrows(IOException.class, () -> load(flipped).overwrite().into(cluster));
        assertEquals(0, cluster.writes);
    }

    @Test
    void boundsOfCalls() {
        assertThrows(IllegalArgumentException.class, () -> load(FILE).inFlight(0));
        assertThrows(IllegalArgumentException.class, () -> load(FILE).inFlight(65_537));
    }
}
