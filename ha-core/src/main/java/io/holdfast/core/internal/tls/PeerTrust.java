package io.holdfast.core.internal.tls;

import io.holdfast.core.runtime.Transport.Refusal;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The JDK's judgement of a far end's certificate, with a reason that can be told apart. Tells nobody whom it trusts: the
 * list of authorities that an acceptor may send along would only tell strangers.
 *
 * <p>Host names are not compared: who the far end is says its node id, which the handshake binds to the certificate.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager jdk;

    PeerTrust(X509ExtendedTrustManager jdk) {
        this.jdk = jdk;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private static void judge(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.run();
            chain[0].checkValidity(); // the JDK does not look at that of a certificate which is itself among the
            // trusted
        } catch (CertificateException refused) {
            throw refused(chain, refused);
        }
    }

    private static CertificateRefused refused(X509Certificate[] chain, CertificateException why) {
        Throwable root = why;
        while (true) {
            if (root instanceof CertificateExpiredException) {
                return new CertificateRefused(
                        Refusal.EXPIRED_CERTIFICATE,
                        "its certificate " + who(chain) + " expired on " + firstEnd(chain) + "; renew it there",
                        why);
            }
            if (root instanceof CertificateNotYetValidException) {
                return new CertificateRefused(
                        Refusal.EXPIRED_CERTIFICATE,
                        "its certificate " + who(chain) + " is not valid yet; are the clocks of both hosts right?",
                        why);
            }
            if (root.getCause() == null || root.getCause().equals(root)) {
                break;
            }
            root = root.getCause();
        }
        return new CertificateRefused(
                Refusal.UNTRUSTED_CERTIFICATE,
                "its certificate " + who(chain) + " is not taken: " + root.getMessage()
                        + "; is it signed by an authority that this node trusts?",
                why);
    }

    private static String firstEnd(X509Certificate[] chain) {
        X509Certificate first = chain[0];
        for (X509Certificate each : chain) {
            if (each.getNotAfter().toInstant().isBefore(first.getNotAfter().toInstant())) {
                first = each;
            }
        }
        return first.getNotAfter().toInstant().toString();
    }

    private static String who(X509Certificate[] chain) {
        return chain.length == 0
                ? "(none)"
                : "(" + chain[0].getSubjectX500Principal() + ", issued by " + chain[0].getIssuerX500Principal() + ")";
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        judge(chain, () -> jdk.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        judge(chain, () -> jdk.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        judge(chain, () -> jdk.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        judge(chain, () -> jdk.checkServerTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        judge(chain, () -> jdk.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        judge(chain, () -> jdk.checkServerTrusted(chain, type, socket));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
