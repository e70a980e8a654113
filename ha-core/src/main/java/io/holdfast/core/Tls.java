package io.holdfast.core;

import io.holdfast.core.internal.configuration.ClusterOptions;
import io.holdfast.core.internal.tls.PemFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 between nodes, clients and operators, with a certificate at both ends; see {@link HaCluster.Builder#tls}.
 *
 * <pre>{@code
 * Tls.pem(Path.of("node-1.crt"), Path.of("node-1.key"), Path.of("authority.crt"))
 *         .operator("alice", OperatorRole.OPERATE)
 * }</pre>
 *
 * <p>A certificate says which node or client its bearer is: one of its DNS names (subjectAltName) must be the node's id, or
 * the id and the cluster's name with a dot between, such as {@code node-1.shop}; only a certificate without any DNS name is
 * judged by its common name. An id with a dot in it needs the long form, and the cluster's name must not have one. Both ends
 * check each other. The address that was dialled is not compared with it. Where one
 * authority signs for several clusters, issue only the long form.
 *
 * <p>The files are read when the cluster is built, and again when they change: connections made from then on use what they
 * hold, those that stand go on. Files that are of no use are told once in the log, and what was read before stays in use.
 *
 * <p>Immutable: each method returns a changed copy. Safe from any thread. Prints no secret.
 */
public final class Tls {
    private final Path chain;
    private final Path key;
    private final Path trusted;
    private final char @Nullable [] keyPassword;
    private final Map<String, OperatorRole> operators;
    private final Duration reread;

    private Tls(
            Path chain,
            Path key,
            Path trusted,
            char @Nullable [] keyPassword,
            Map<String, OperatorRole> operators,
            Duration reread) {
        this.chain = chain;
        this.key = key;
        this.trusted = trusted;
        this.keyPassword = keyPassword;
        this.operators = operators;
        this.reread = reread;
    }

    /**
     * Certificates and keys in PEM files, of at most 1 MiB each.
     *
     * @param certificateChain the node's certificate, then who issued it, and so on; if it has an extendedKeyUsage, for both
     *     serverAuth and clientAuth (a client or operator, whom nobody dials: clientAuth alone, or it could play a node)
     * @param privateKey the key that fits it: RSA, elliptic curve or Ed25519, as PKCS#8, PKCS#1 or SEC 1
     * @param trustedCertificates the authorities whose signature under a far end's certificate is believed
     */
    public static Tls pem(Path certificateChain, Path privateKey, Path trustedCertificates) {
        return new Tls(
                certificateChain,
                privateKey,
                trustedCertificates,
                null,
                Map.of(),
                ClusterOptions.REREAD_EVERY.orDefault());
    }

    /** The password of an encrypted key (PKCS#8, "ENCRYPTED PRIVATE KEY"). It is never printed. */
    public Tls keyPassword(String password) {
        return new Tls(chain, key, trusted, password.toCharArray(), operators, reread);
    }

    /**
     * Gives whoever bears a certificate of that name the right to command this node. Without any, nobody may.
     *
     * @param name a DNS name of the certificate, or its common name if it has no DNS name
     */
    public Tls operator(String name, OperatorRole role) {
        return operators(Map.of(name, role));
    }

    /** The same for several. */
    public Tls operators(Map<String, OperatorRole> roles) {
        Map<String, OperatorRole> all = new TreeMap<>(operators);
        all.putAll(roles);
        return new Tls(chain, key, trusted, keyPassword, all, reread);
    }

    /** How often the files are looked at, 100 ms to 1 h; 5 s by default. */
    public Tls rereadEvery(Duration interval) {
        return new Tls(chain, key, trusted, keyPassword, operators, interval);
    }

    void validate() {
        ClusterOptions.REREAD_EVERY.check(reread);
        operators.keySet().forEach(name -> {
            if (name.isBlank()) {
                throw new IllegalArgumentException(
                        "tls: an operator without a name; write the name in the certificate");
            }
        });
    }

    PemFiles files() {
        return new PemFiles(chain, key, trusted, keyPassword);
    }

    Path privateKey() {
        return key;
    }

    Map<String, OperatorRole> operators() {
        return operators;
    }

    Duration reread() {
        return reread;
    }

    @Override
    public String toString() {
        return "TLS 1.3 with " + files() + ", operators " + operators;
    }
}
