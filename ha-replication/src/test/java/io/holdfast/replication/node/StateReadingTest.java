package io.holdfast.replication.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.spi.LogPart;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.StateContents;
import io.holdfast.core.spi.StateContents.Touch;
import io.holdfast.core.spi.StateCut;
import io.holdfast.replication.Codec;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.ReplicatedMap;
import io.holdfast.replication.log.Batch;
import io.holdfast.replication.log.BatchBuilder;
import io.holdfast.replication.log.Configuration;
import io.holdfast.replication.log.FeatureLevel;
import io.holdfast.replication.log.Voter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told of the bytes of a real node's cut and log. */
@Timeout(120)
class StateReadingTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private HaCluster cluster;
    private ReplicatedState state;
    private StateContents contents;
    private ReplicatedMap<String, String> orders;

    @BeforeEach
    void start() {
        cluster = HaCluster.singleNode()
                .with(LogReplication.inDirectory(directory))
                .start();
        cluster.awaitReady(Duration.ofSeconds(30));
        state = cluster.feature(ReplicatedState.class);
        contents = state.contents();
        orders = map("orders");
    }

    @AfterEach
    void stop() {
        cluster.stop();
    }

    private ReplicatedMap<String, String> map(String name) {
        return ReplicatedMap.in(cluster, name, Codec.string(), Codec.string());
    }

    private static <T> T get(CompletionStage<T> answer) throws Exception {
        return answer.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private byte[] cut() throws Exception {
        try (StateCut cut = get(state.cut(LIMIT))) {
            assertTrue(cut.index() >= state.position());
            return cut.open().readAllBytes();
        }
    }

    private byte[] logAfter(long index) throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        for (long last = index; last < state.position(); ) {
            LogPart part = get(state.logAfter(last, 1, LIMIT));
            log.writeBytes(part.bytes());
            last = part.lastIndex();
        }
        return log.toByteArray();
    }

    private Map<String, String> entries(byte[] cut) throws IOException {
        Map<String, String> entries = new TreeMap<>();
        contents.entries(
                new ByteArrayInputStream(cut),
                entry -> entries.put(
                        new String(entry.map(), UTF_8) + "/" + new String(entry.key(), UTF_8),
                        new String(entry.value(), UTF_8) + (entry.leftNanos() == 0 ? "" : " for a while")));
        return entries;
    }

    private List<String> touched(byte[] log) throws IOException {
        List<String> touched = new ArrayList<>();
        contents.touched(new ByteArrayInputStream(log), touch -> touched.add(name(touch)));
        return touched;
    }

    private static String name(Touch touch) {
        byte[] key = touch.key();
        return new String(touch.map(), UTF_8) + "/" + (key == null ? "*" : new String(key, UTF_8));
    }

    @Test
    void everyEntryOfEveryMap() throws Exception {
        Map<String, String> expected = new TreeMap<>();
        for (int i = 0; i < 1_000; i++) {
            String value = ("value-" + i).repeat(i % 50);
            var unused = map("map-" + i % 3).putAsync("key-" + i, value);
            expected.put("map-" + i % 3 + "/key-" + i, value);
        }
        orders.put("stays", "a");
        orders.put("goes", "b", Duration.ofDays(10));
        orders.put("is gone", "c");
        orders.remove("is gone");
        expected.put("orders/stays", "a");
        expected.put("orders/goes", "b for a while");
        byte[] cut = cut();
        assertEquals(expected, entries(cut));
        contents.entries(new ByteArrayInputStream(cut), entry -> {
            long days = TimeUnit.NANOSECONDS.toDays(entry.leftNanos());
            assertTrue(entry.leftNanos() == 0 || days == 9, () -> days + " days are left of ten");
        });
    }

    @Test
    void everyCommandNamesItsKeysWhateverBecameOfThem() throws Exception {
        long before = state.position();
        orders.put("put", "1");
        orders.put("for a while", "1", Duration.ofDays(1));
        orders.getAndPut("got", "1");
        orders.putIfAbsent("put", "2");
        orders.replace("not there", "2");
        orders.compareAndSet("put", "3", "4");
        orders.compareAndSet("put", "1", null);
        orders.remove("not there either");
        orders.getAndRemove("got");
        orders.batch()
                .put("batched", "1")
                .remove("removed")
                .put("expiring", "1", Duration.ofDays(1))
                .write();
        map("carts").clear();
        orders.batch().clear().put("after", "1").write();
        List<String> expected = List.of(
                "orders/put",
                "orders/for a while",
                "orders/got",
                "orders/put",
                "orders/not there",
                "orders/put",
                "orders/put",
                "orders/not there either",
                "orders/got",
                "orders/batched",
                "orders/removed",
                "orders/expiring",
                "carts/*",
                "orders/*",
                "orders/after");
        assertEquals(expected, touched(logAfter(before)));
    }

    @Test
    void eachCommandHasItsIndexAndTime() throws Exception {
        long before = state.position();
        long[] index = {before};
        long[] millis = {0};
        for (int i = 0; i < 20; i++) {
            orders.put("key-" + i, "value");
        }
        contents.touched(new ByteArrayInputStream(logAfter(before)), touch -> {
            assertTrue(touch.index() > index[0] && touch.wallMillis() >= millis[0]);
            index[0] = touch.index();
            millis[0] = touch.wallMillis();
        });
        assertEquals(state.position(), index[0]);
    }

    @Test
    void damageIsFoundAndItsPlaceNamed() throws Exception {
        for (int i = 0; i < 200; i++) {
            orders.put("key-" + i, "value-" + i);
        }
        byte[] cut = cut();
        byte[] log = logAfter(0);
        for (int at = 0; at < cut.length; at += 61) {
            byte[] bad = cut.clone();
            bad[at] ^= 4;
            IOException damaged = assertThrows(IOException.class, () -> entries(bad), "byte " + at);
            assertNotNull(damaged.getMessage());
        }
        for (int length = 0; length < cut.length; length += 97) {
            byte[] shorter = Arrays.copyOf(cut, length);
            assertThrows(IOException.class, () -> entries(shorter), "length " + length);
        }
        byte[] longer = Arrays.copyOf(cut, cut.length + 1);
        String why = String.valueOf(
                assertThrows(IOException.class, () -> entries(longer)).getMessage());
        assertTrue(why.contains("offset " + cut.length), why);
        for (int at = 0; at < log.length; at += 61) {
            byte[] bad = log.clone();
            bad[at] ^= 4;
            IOException damaged = assertThrows(IOException.class, () -> touched(bad), "byte " + at);
            assertTrue(String.valueOf(damaged.getMessage()).contains("byte "), damaged.toString());
        }
        assertThrows(IOException.class, () -> touched(Arrays.copyOf(log, log.length - 1)));
    }

    @Test
    void aLogOfALaterReleaseIsRefused() {
        Voter voter = new Voter("node-1", new UUID(1, 2), Address.parse("127.0.0.1:7400"));
        BatchBuilder builder = BatchBuilder.open(UnpooledByteBufAllocator.DEFAULT, 256);
        builder.append(
                Batch.CONFIGURATION_KIND,
                new Configuration(List.of(voter), List.of(), List.of())
                        .at(FeatureLevel.SUPPORTED + 1)
                        .encode());
        ByteBuf batch = builder.seal(1, 1, 1, 1);
        byte[] log = ByteBufUtil.getBytes(batch);
        batch.release();
        String why = String.valueOf(
                assertThrows(IllegalStateException.class, () -> touched(log)).getMessage());
        assertTrue(why.contains("feature level " + (FeatureLevel.SUPPORTED + 1)), why);
    }

    @Test
    void whatAVisitorThrowsEndsIt() throws Exception {
        orders.put("key", "value");
        byte[] cut = cut();
        IOException enough = new IOException("enough");
        assertEquals(
                enough,
                assertThrows(
                        IOException.class,
                        () -> contents.entries(new ByteArrayInputStream(cut), entry -> {
                            throw enough;
                        })));
    }
}
