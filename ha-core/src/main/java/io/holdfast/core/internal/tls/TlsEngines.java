package io.holdfast.core.internal.tls;

import io.holdfast.core.runtime.PeerIdentity;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** TLS 1.3 of both ends, each of which shows its certificate. Safe from any thread. */
public interface TlsEngines {
    /** An engine for one connection that this node opens. */
    SSLEngine dialling();

    /** An engine for one connection that another opened. */
    SSLEngine accepting();

    /**
     * Whom the far end's certificate names, once the handshake is done. Looks once more whether it is valid, so that no
     * resumed session outlives its certificate; null if it is not.
     */
    static @Nullable PeerIdentity identity(SSLEngine engine) {
        try {
            if (engine.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate) {
                certificate.checkValidity();
                return CertificateNames.identity(certificate);
            }
            return null;
        } catch (SSLPeerUnverifiedException | CertificateException unverified) {
            return null;
        }
    }
}
