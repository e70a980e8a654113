package io.holdfast.core.internal.tls;

import io.holdfast.core.runtime.PeerIdentity;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom a certificate stands for: its DNS names, and only where it has none its common name (as RFC 6125 has it). Other kinds
 * of names, and wildcards as such, name nobody. DNS names that are none of ours, or cannot be read, are no reason to believe
 * the common name.
 */
final class CertificateNames {
    private static final int DNS_NAME = 2;
    private static final String ALTERNATIVES = "2.5.29.17";
    private static final int MOST = 64;
    private static final int LONGEST = 253;

    private CertificateNames() {}

    static PeerIdentity identity(X509Certificate certificate) {
        return new PeerIdentity(names(certificate), isForServers(certificate));
    }

    private static boolean isForServers(X509Certificate certificate) {
        try {
            List<String> uses = certificate.getExtendedKeyUsage();
            return uses == null || uses.contains(Credentials.ANY_USE) || uses.contains(Credentials.SERVER_USE);
        } catch (CertificateParsingException malformed) {
            return false;
        }
    }

    static List<String> names(X509Certificate certificate) {
        List<String> names = dnsNames(certificate);
        return names == null ? commonName(certificate) : names;
    }

    /** Null if it has none at all, and not even others that cannot be read. */
    private static @Nullable List<String> dnsNames(X509Certificate certificate) {
        Collection<List<?>> alternatives;
        try {
            alternatives = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException malformed) {
            return List.of();
        }
        if (alternatives == null) {
            return certificate.getExtensionValue(ALTERNATIVES) == null ? null : List.of();
        }
        boolean any = false;
        List<String> names = new ArrayList<>();
        for (List<?> alternative : alternatives) {
            if (Integer.valueOf(DNS_NAME).equals(alternative.get(0))) {
                any = true;
                if (names.size() < MOST && alternative.get(1) instanceof String name && isName(name)) {
                    names.add(name);
                }
            }
        }
        return any ? names : null;
    }

    /** The most specific one, which RFC 2253 puts first. One that has to be escaped is no name of ours. */
    private static List<String> commonName(X509Certificate certificate) {
        for (String part : certificate.getSubjectX500Principal().getName().split("(?<!\\\\)[,+]")) {
            if (part.startsWith("CN=")) {
                String name = part.substring(3);
                return isName(name) && name.indexOf('\\') < 0 ? List.of(name) : List.of();
            }
        }
        return List.of();
    }

    /** What can be a node's id or an operator's name, and stand in a log without forging lines. */
    private static boolean isName(String name) {
        return !name.isEmpty() && name.length() <= LONGEST && name.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }
}
