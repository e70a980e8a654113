package io.holdfast.core.internal.tls;

import io.holdfast.core.runtime.PeerIdentity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a node shows and whom it trusts, as its files last held it in a usable form. {@link #reread} is for one thread at a
 * time; everything else is safe from any thread.
 *
 * <p>Sessions are not resumed: every connection shows its certificate anew, so that a certificate that has ended, or an
 * authority that is no longer trusted, opens no further one.
 */
public final class NodeCredentials implements TlsEngines {
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private final PemFiles files;
    private final boolean accepts;
    private final Predicate<PeerIdentity> names;
    private volatile Loaded current;
    private String used;
    private String broken = ""; // what the files held when they were of no use, or why they could not be read
    private String why = "";
    private boolean told;

    /** Credentials and what is made of them; replaced as one. */
    private record Loaded(Credentials credentials, SSLContext context) {}

    /** What a look at the files brought. */
    public enum Outcome {
        /** They hold what they held, or cannot be used yet: a look later will tell. */
        UNCHANGED,
        /** New connections use what they hold now. */
        RENEWED,
        /** They hold what is of no use; what was read before stays. Said once for one content. */
        BROKEN
    }

    /**
     * The outcome, and for people what it means; empty if nothing changed.
     */
    public record Look(Outcome outcome, String detail) {}

    /**
     * Reads the files.
     *
     * @param accepts whether the node is dialled, too
     * @param names whether a certificate that stands for these names is this node's
     * @throws PemException if they are of no use, naming the file and what is wrong
     */
    public static NodeCredentials load(PemFiles files, boolean accepts, Predicate<PeerIdentity> names)
            throws PemException {
        PemFiles.Contents contents = files.read();
        return new NodeCredentials(
                files, accepts, names, contents.fingerprint(), load(files, accepts, names, contents));
    }

    private NodeCredentials(
            PemFiles files, boolean accepts, Predicate<PeerIdentity> names, String fingerprint, Loaded loaded) {
        this.files = files;
        this.accepts = accepts;
        this.names = names;
        this.used = fingerprint;
        this.current = loaded;
    }

    private static Loaded load(
            PemFiles files, boolean accepts, Predicate<PeerIdentity> names, PemFiles.Contents contents)
            throws PemException {
        Credentials credentials = Credentials.of(files, contents, accepts);
        PeerIdentity named = CertificateNames.identity(credentials.own());
        if (!names.test(named)) {
            throw new PemException("the certificate in " + files.chain() + " stands for " + named.names()
                    + " and not for this node, so every other one would refuse it; issue one with the node's id as DNS"
                    + " name (subjectAltName = DNS:ID, or DNS:ID.CLUSTER, which an id with a dot in it needs)");
        }
        try {
            return new Loaded(credentials, context(credentials));
        } catch (GeneralSecurityException | IOException unusable) {
            throw new PemException("the JVM's TLS does not take " + files + ": " + unusable.getMessage(), unusable);
        }
    }

    private static SSLContext context(Credentials credentials) throws GeneralSecurityException, IOException {
        char[] password = new char[0]; // of a store that never leaves this method's memory
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, password);
        own.setKeyEntry("node", credentials.key(), password, credentials.chain().toArray(Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, password);

        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, password);
        int number = 0;
        for (X509Certificate each : credentials.trusted()) {
            trusted.setCertificateEntry("trusted-" + number++, each);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);

        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {peerTrust(trust)}, null);
        forget(context.getServerSessionContext());
        forget(context.getClientSessionContext());
        return context;
    }

    private static TrustManager peerTrust(TrustManagerFactory trust) throws GeneralSecurityException {
        for (TrustManager each : trust.getTrustManagers()) {
            if (each instanceof X509ExtendedTrustManager jdk) {
                return new PeerTrust(jdk);
            }
        }
        throw new GeneralSecurityException("its PKIX trust manager is of an unknown kind");
    }

    private static void forget(SSLSessionContext sessions) {
        sessions.setSessionCacheSize(1);
        sessions.setSessionTimeout(1);
    }

    @Override
    public SSLEngine dialling() {
        SSLEngine engine = engine();
        engine.setUseClientMode(true);
        return engine;
    }

    @Override
    public SSLEngine accepting() {
        SSLEngine engine = engine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return engine;
    }

    private SSLEngine engine() {
        SSLEngine engine = current.context().createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** When the certificate in use, or one of its chain, ends; in milliseconds since 1970. */
    public long expiresMillis() {
        return current.credentials().expiresMillis();
    }

    /** Whom the certificate in use stands for. */
    public List<String> names() {
        return CertificateNames.names(current.credentials().own());
    }

    /**
     * Looks at the files; blocks. Certificate and key are two files, and between the writing of one and of the other they do
     * not fit: what is of no use is therefore told only if the next look finds the same.
     */
    public Look reread() {
        String fingerprint = "";
        try {
            PemFiles.Contents contents = files.read();
            fingerprint = contents.fingerprint();
            if (fingerprint.equals(used)) {
                broken = "";
                return new Look(Outcome.UNCHANGED, "");
            }
            if (fingerprint.equals(broken)) {
                return broken(fingerprint, "");
            }
            current = load(files, accepts, names, contents);
            used = fingerprint;
            broken = "";
            return new Look(
                    Outcome.RENEWED,
                    "certificates have been read again: the one of " + names() + " is valid until "
                            + current.credentials().own().getNotAfter().toInstant());
        } catch (PemException useless) {
            return broken(fingerprint, String.valueOf(useless.getMessage()));
        } catch (RuntimeException odd) { // of a provider that does not take what it reads; it must not cost the node
            return broken(fingerprint, "what " + files + " hold cannot be read: " + odd);
        }
    }

    private Look broken(String fingerprint, String detail) {
        String what = fingerprint.isEmpty() ? detail : fingerprint;
        if (!what.equals(broken)) {
            broken = what;
            why = detail;
            told = false;
            return new Look(Outcome.UNCHANGED, "");
        }
        if (told) {
            return new Look(Outcome.UNCHANGED, "");
        }
        told = true;
        return new Look(Outcome.BROKEN, why + "; the certificates read before stay in use");
    }

    @Override
    public String toString() {
        return files.toString();
    }
}
