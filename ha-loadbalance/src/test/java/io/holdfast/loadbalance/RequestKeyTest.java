package io.holdfast.loadbalance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestKeyTest {

    private static byte[] address(String text) throws Exception {
        return InetAddress.getByName(text).getAddress();
    }

    @Test
    void allOfIpv4Counts() throws Exception {
        assertNotEquals(RequestKey.ofAddress(address("10.0.0.1")), RequestKey.ofAddress(address("10.0.0.2")));
        assertEquals(
                RequestKey.ofAddress(address("10.0.0.1"), 24, 64), RequestKey.ofAddress(address("10.0.0.200"), 24, 64));
        assertNotEquals(
                RequestKey.ofAddress(address("10.0.0.1"), 24, 64), RequestKey.ofAddress(address("10.0.1.1"), 24, 64));
        Set<Long> keys = new HashSet<>();
        for (int i = 0; i < 65_536; i++) {
            keys.add(RequestKey.ofAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
        }
        assertEquals(65_536, keys.size());
    }

    @Test
    void theNetworkOfIpv6Counts() throws Exception {
        assertEquals(RequestKey.ofAddress(address("2001:db8::1")), RequestKey.ofAddress(address("2001:db8::2:3")));
        assertNotEquals(RequestKey.ofAddress(address("2001:db8::1")), RequestKey.ofAddress(address("2001:db8:0:1::1")));
        assertNotEquals(
                RequestKey.ofAddress(address("2001:db8::1"), 32, 128),
                RequestKey.ofAddress(address("2001:db8::2"), 32, 128));
        assertEquals(
                RequestKey.ofAddress(address("2001:db8:1::1"), 32, 32),
                RequestKey.ofAddress(address("2001:db8:2::1"), 32, 32));
        assertEquals(
                RequestKey.ofAddress(address("2001:db8::ff00:0:0:1"), 32, 80),
                RequestKey.ofAddress(address("2001:db8::ff00:1:2:3"), 32, 80));
    }

    @Test
    void ipv4WithinIpv6IsIpv4() throws Exception {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(address("192.0.2.7"), 0, mapped, 12, 4);
        assertEquals(RequestKey.ofAddress(address("192.0.2.7")), RequestKey.ofAddress(mapped));
    }

    @Test
    void noKeyIsNone() {
        assertNotEquals(0, RequestKey.of(0));
        assertEquals(RequestKey.of(0), RequestKey.of(0));
        assertNotEquals(RequestKey.of(0), RequestKey.of(1));
    }

    @Test
    void whatIsNoAddressIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> RequestKey.ofAddress(new byte[5]));
        assertThrows(IllegalArgumentException.class, () -> RequestKey.ofAddress(new byte[4], 0, 64));
        assertThrows(IllegalArgumentException.class, () -> RequestKey.ofAddress(new byte[4], 33, 64));
        assertThrows(IllegalArgumentException.class, () -> RequestKey.ofAddress(new byte[4], 32, 129));
    }

    /** Other versions have to find the same: never change these. */
    @Test
    void keysAreTheSameForEver() throws Exception {
        assertEquals("7d0abcd8e2111067", Long.toHexString(RequestKey.of("user-17")));
        assertEquals("2310d02a0ba5286", Long.toHexString(RequestKey.ofAddress(address("10.0.0.1"))));
        assertEquals("ec88918f4d099e79", Long.toHexString(RequestKey.ofAddress(address("2001:db8::1"))));
    }
}
