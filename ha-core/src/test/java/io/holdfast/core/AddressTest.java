package io.holdfast.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1:7400",
                "node-1.shop.svc.cluster.local:7400",
                "my_service:1",
                "xn--mnchen-3ya.example:7400",
                "[::1]:7400",
                "[fe80::1%eth0.5]:7400",
                "[::ffff:10.0.0.1]:0"
            })
    void whatHostsAreCalledIsTakenAndPrintedAsItWas(String text) {
        assertEquals(text, Address.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n2026-01-01 ERROR node-1 is lost:7400",
                "a\r:7400",
                "a\u001b[2J:7400",
                "a\u009b2J:7400",
                "a\u2028b:7400",
                "a\u202eb:7400",
                "a b:7400",
                "a/b:7400",
                "a\"b:7400",
                "fe80%eth0:7400",
                "[a\n::1]:7400",
                "a\nb",
                "a\n:x",
                "m\u00fcnchen:7400"
            })
    void anythingElseIsRefusedAndNotRepeated(String text) {
        String refusal = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Address.parse(text))
                .getMessage());
        assertTrue(refusal.chars().allMatch(c -> c >= ' ' && c < 0x7F), refusal);
    }

    @Test
    void theConstructorIsNoWayAround() {
        String refusal = String.valueOf(assertThrows(IllegalArgumentException.class, () -> new Address("a\nb", 1))
                .getMessage());
        assertTrue(refusal.startsWith("character 2 of a host is U+000A"), refusal);
        assertFalse(refusal.contains("\n"));
        assertThrows(IllegalArgumentException.class, () -> new Address("a".repeat(256), 1));
        assertThrows(IllegalArgumentException.class, () -> new Address(" ", 1));
        assertThrows(IllegalArgumentException.class, () -> new Address("a", 65_536));
        assertEquals(255, new Address("a".repeat(255), 1).host().length());
    }
}
