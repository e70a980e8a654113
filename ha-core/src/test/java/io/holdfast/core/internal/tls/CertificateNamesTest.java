package io.holdfast.core.internal.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.testing.TestAuthority;
import io.holdfast.core.testing.TestAuthority.Order;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateNamesTest {
    private final TestAuthority authority = new TestAuthority("Test CA");

    private List<String> names(String commonName, String... dnsNames) {
        return CertificateNames.names(
                authority.issue(Order.of(commonName, dnsNames)).certificate());
    }

    @Test
    void theCommonNameCountsOnlyWithoutDnsNames() {
        assertEquals(List.of("node-1"), names("node-1"));
        assertEquals(List.of("node-1", "node-1.shop"), names("node-9", "node-1", "node-1.shop"));
    }

    @Test
    void oddDnsNamesAreNoReasonToBelieveTheCommonName() {
        assertEquals(List.of(), names("node-1", "a b"));
        assertEquals(List.of(), names("node-1", ""));
        assertEquals(List.of(), names("node-1", "n".repeat(254)));
    }

    @Test
    void whatIsForClientsAloneIsNotForServers() {
        Order order = Order.of("x", "web-1");
        assertTrue(
                CertificateNames.identity(authority.issue(order).certificate()).forServers());
        assertFalse(CertificateNames.identity(
                        authority.issue(order.forClientsOnly()).certificate())
                .forServers());
        assertTrue(CertificateNames.identity(authority.certificate()).forServers(), "it restricts nothing");
    }

    @Test
    void whatCouldForgeALineOrANameIsNone() {
        assertEquals(List.of(), names("node-1\nnode-2"));
        assertEquals(List.of(), names("x,CN=node-1"));
        assertEquals(List.of(), names("x\\,CN=node-1"));
        assertEquals(List.of(), names("x+CN=node-1"));
        assertEquals(List.of("node-1"), names("x", "node-1", "a b"));
        assertEquals(List.of(), names("n".repeat(254)));
    }
}
