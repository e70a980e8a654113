package io.holdfast.core.testing;

import io.holdfast.core.internal.tls.TlsEngines;
import io.holdfast.core.testing.TestAuthority.Issued;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a test's node, which can have the tasks of accepted handshakes stand still: as if its worker were busy with others.
 * They stand where the acceptor looks for its certificate, and so with the engine's lock held.
 */
public final class HeldEngines implements TlsEngines {
    private final SSLContext context;
    private final Semaphore begun = new Semaphore(0);
    private final AtomicInteger held = new AtomicInteger();
    private volatile CountDownLatch released = new CountDownLatch(0);

    public HeldEngines(TestAuthority authority, Issued own) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, new char[0]);
            store.setKeyEntry("node", own.key(), new char[0], new Certificate[] {own.certificate()});
            KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, new char[0]);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, new char[0]);
            trusted.setCertificateEntry("ca", authority.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            context = SSLContext.getInstance("TLSv1.3");
            X509ExtendedKeyManager jdk = (X509ExtendedKeyManager) keys.getKeyManagers()[0];
            context.init(new KeyManager[] {new Holding(jdk)}, trust.getTrustManagers(), null);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on, the tasks of accepted handshakes stand still. */
    public void hold() {
        released = new CountDownLatch(1);
    }

    public void release() {
        released.countDown();
    }

    /** Waits until so many more tasks than awaited before have come to stand still. */
    public void awaitHeld(int tasks) throws InterruptedException {
        begun.acquire(tasks);
    }

    /** How many tasks have ever come to stand still. */
    public int held() {
        return held.get();
    }

    @Override
    public SSLEngine dialling() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        return engine;
    }

    @Override
    public SSLEngine accepting() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return engine;
    }

    /** For sockets that speak TLS by hand. */
    public SSLContext context() {
        return context;
    }

    /** What a dialler says first. */
    public byte[] clientHello() {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
            dialling().wrap(ByteBuffer.allocate(0), bytes);
            byte[] hello = new byte[bytes.position()];
            bytes.flip().get(hello);
            return hello;
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Holding extends X509ExtendedKeyManager {
        private final X509ExtendedKeyManager jdk;

        Holding(X509ExtendedKeyManager jdk) {
            this.jdk = jdk;
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
            CountDownLatch latch = released;
            if (latch.getCount() > 0) {
                held.incrementAndGet();
                begun.release();
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return jdk.chooseEngineServerAlias(type, issuers, engine);
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
            return jdk.chooseEngineClientAlias(types, issuers, engine);
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return jdk.getClientAliases(type, issuers);
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return jdk.chooseClientAlias(types, issuers, socket);
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return jdk.getServerAliases(type, issuers);
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return jdk.chooseServerAlias(type, issuers, socket);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return jdk.getCertificateChain(alias);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return jdk.getPrivateKey(alias);
        }
    }
}
