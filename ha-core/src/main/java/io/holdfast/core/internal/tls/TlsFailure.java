package io.holdfast.core.internal.tls;

import io.holdfast.core.runtime.Transport.Refusal;
import io.holdfast.core.spi.Printable;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * What an exception of the JDK's TLS says, in a word and for people.
 *
 * @param text what the far end did; one line, printable and short
 */
public record TlsFailure(Refusal refusal, String text) {
    /** It may quote what a stranger sent. */
    private static final int LONGEST = 400;

    private static final String ALERT = "received fatal alert: ";

    /** The alerts that speak of a certificate of ours; for want of a better one the JDK also sends the last two. */
    private static final Set<String> ABOUT_CERTIFICATES = Set.of(
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "certificate_required",
            "unknown_ca",
            "access_denied",
            "decrypt_error");

    /** Judges by the whole chain of causes. */
    public static TlsFailure of(Throwable failure) {
        int depth = 0;
        String message = "";
        for (Throwable cause = failure; cause != null && depth < 10; cause = cause.getCause(), depth++) {
            if (cause instanceof CertificateRefused refused) {
                return new TlsFailure(refused.refusal(), Printable.of(String.valueOf(refused.getMessage()), LONGEST));
            }
            boolean noTls = cause instanceof IOException && !(cause instanceof SSLException);
            if (noTls) { // closed, or reset
                return brokenOff();
            }
            if (cause instanceof SSLException && cause.getMessage() != null) {
                message = cause.getMessage();
            }
        }
        return ofMessage(message.isEmpty() ? String.valueOf(failure) : message);
    }

    private static TlsFailure ofMessage(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        int alert = lower.indexOf(ALERT);
        if (alert >= 0) {
            String name = lower.substring(alert + ALERT.length()).replaceAll("(?s)[^a-z_].*", "");
            return ABOUT_CERTIFICATES.contains(name)
                    ? new TlsFailure(
                            Refusal.OWN_CERTIFICATE_REFUSED,
                            "it does not take this node's certificate (" + name + "); its own log says why")
                    : new TlsFailure(Refusal.TLS_FAILED, "it broke TLS off (" + name + ")");
        }
        if (lower.contains("empty client certificate chain") || lower.contains("empty certificate chain")) {
            return new TlsFailure(Refusal.NO_CERTIFICATE, "it showed no certificate");
        }
        if (lower.contains("not an ssl/tls record")) {
            return new TlsFailure(Refusal.TLS_FAILED, "it sent what is no TLS");
        }
        if (lower.contains("connection closed while ssl/tls handshake")) {
            return brokenOff();
        }
        return new TlsFailure(Refusal.TLS_FAILED, "TLS failed: " + Printable.of(message, LONGEST));
    }

    /** The far end went away before TLS was done. */
    public static TlsFailure brokenOff() {
        return new TlsFailure(
                Refusal.TLS_FAILED,
                "it closed the connection in the midst of the TLS handshake: it speaks no TLS, or does not take this"
                        + " node's certificate; its own log says");
    }
}
