package io.holdfast.core.internal.tls;

import io.holdfast.core.runtime.Transport.Refusal;
import java.security.cert.CertificateException;

/** A far end's certificate is not taken. */
final class CertificateRefused extends CertificateException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    CertificateRefused(Refusal refusal, String message, Throwable cause) {
        super(message, cause);
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
