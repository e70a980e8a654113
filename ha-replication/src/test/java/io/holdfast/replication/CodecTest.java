package io.holdfast.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {

    record Order(String item, int count, Map<String, String> notes) {}

    record Narrow(String item) {}

    /** Has no properties, which Jackson refuses. */
    static final class Unwritable {}

    @ParameterizedTest
    @ValueSource(strings = {"", "o-17", "\u00e4\u20ac", "\ud83d\ude00", "\u0000"})
    void textComesBack(String text) {
        byte[] bytes = Codec.string().encode(text);
        assertArrayEquals(text.getBytes(StandardCharsets.UTF_8), bytes);
        assertEquals(text, Codec.string().decode(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\ud83d", "\ude00", "\ude00\ud83d"})
    void halfASurrogatePairIsRefusedAsItWouldBecomeAnotherKey(String text) {
        assertThrows(IllegalArgumentException.class, () -> Codec.string().encode(text));
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Codec.string().decode(new byte[] {(byte) 0xff}));
    }

    @Test
    void longsKeepTheirOrder() {
        assertArrayEquals(
                new byte[] {(byte) 0x80, 0, 0, 0, 0, 0, 0, 1}, Codec.longs().encode(1L));
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long a = random.nextLong() >> random.nextInt(64);
            long b = random.nextLong() >> random.nextInt(64);
            byte[] bytes = Codec.longs().encode(a);
            assertEquals(a, Codec.longs().decode(bytes));
            assertEquals(
                    Long.signum(Long.compare(a, b)),
                    Integer.signum(Arrays.compareUnsigned(bytes, Codec.longs().encode(b))));
        }
        assertThrows(IllegalArgumentException.class, () -> Codec.longs().decode(new byte[7]));
    }

    @Test
    void recordsComeBackFromJson() {
        Order order = new Order("apple", 3, Map.of("b", "2", "a", "1"));
        byte[] bytes = Codec.json(Order.class).encode(order);
        assertEquals(
                "{\"count\":3,\"item\":\"apple\",\"notes\":{\"a\":\"1\",\"b\":\"2\"}}",
                new String(bytes, StandardCharsets.UTF_8));
        assertEquals(order, Codec.json(Order.class).decode(bytes));
        assertEquals(new Narrow("apple"), Codec.json(Narrow.class).decode(bytes), "unknown properties are ignored");
    }

    @Test
    void equalValuesHaveEqualJson() {
        Map<String, String> oneWay = new LinkedHashMap<>();
        oneWay.put("a", "1");
        oneWay.put("b", "2");
        Map<String, String> otherWay = new LinkedHashMap<>();
        otherWay.put("b", "2");
        otherWay.put("a", "1");
        Codec<Order> codec = Codec.json(Order.class);
        assertArrayEquals(codec.encode(new Order("x", 1, oneWay)), codec.encode(new Order("x", 1, otherWay)));
    }

    @Test
    void jsonErrorsNameTheTypeAndNotTheValue() {
        Codec<Order> codec = Codec.json(Order.class);
        for (String text : List.of("", "null", "{\"count\":\"secret\"}", "{} {}", "[")) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class, () -> codec.decode(text.getBytes(StandardCharsets.UTF_8)), text);
            assertTrue(refused.getMessage().contains(Order.class.getName()), refused.getMessage());
        }
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Codec.json(Unwritable.class)
                        .encode(new Unwritable()));
        assertTrue(refused.getMessage().contains(Unwritable.class.getName()), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Codec.json(int.class));
    }

    @Test
    @SuppressWarnings("unchecked") // what an untyped caller of Map.get does
    void jsonOfAnotherTypeIsAWrongCast() {
        Codec<Object> codec = (Codec<Object>) (Codec<?>) Codec.json(Order.class);
        assertThrows(ClassCastException.class, () -> codec.encode("text"));
    }
}
