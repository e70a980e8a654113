package io.holdfast.core.internal.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate with its chain, the key that fits it, and whom it trusts: read and checked.
 *
 * @param chain the node's own certificate first
 */
record Credentials(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> trusted) {
    static final String SERVER_USE = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_USE = "1.3.6.1.5.5.7.3.2";
    static final String ANY_USE = "2.5.29.37.0";

    /**
     * Reads what the files hold and checks that it belongs together and is of use now.
     *
     * @param accepts whether this node is dialled too, and so needs a certificate for both uses
     */
    static Credentials of(PemFiles files, PemFiles.Contents contents, boolean accepts) throws PemException {
        List<X509Certificate> chain = Pem.certificates(files.chain(), contents.chain());
        PrivateKey key = PemKey.read(files.key(), contents.key(), files.keyPassword());
        List<X509Certificate> trusted = Pem.certificates(files.trusted(), contents.trusted());
        Credentials read = new Credentials(List.copyOf(chain), key, List.copyOf(trusted));
        read.checkOrder(files);
        read.checkKey(files);
        read.checkValidity(files);
        read.checkUse(files, accepts);
        return read;
    }

    X509Certificate own() {
        return chain.get(0);
    }

    /** When the first of the chain ends, in milliseconds since 1970. */
    long expiresMillis() {
        return chain.stream()
                .mapToLong(each -> each.getNotAfter().toInstant().toEpochMilli())
                .min()
                .orElseThrow();
    }

    private void checkOrder(PemFiles files) throws PemException {
        for (int i = 0; i + 1 < chain.size(); i++) {
            X509Certificate each = chain.get(i);
            if (!each.getIssuerX500Principal().equals(chain.get(i + 1).getSubjectX500Principal())) {
                throw new PemException(files.chain() + " holds certificates in the wrong order: number " + (i + 2)
                        + " did not issue number " + (i + 1)
                        + "; put the node's own first, then who issued it, and so on");
            }
        }
    }

    /** Signs something with the key and has the certificate verify it. */
    private void checkKey(PemFiles files) throws PemException {
        PublicKey certified = own().getPublicKey();
        boolean fits;
        try {
            String algorithm = signature(certified.getAlgorithm());
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(own().getEncoded());
            byte[] signed = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certified);
            verifying.update(own().getEncoded());
            fits = verifying.verify(signed);
        } catch (GeneralSecurityException another) {
            fits = false; // such as a key of another kind than the certificate's
        }
        if (!fits) {
            throw new PemException("the key in " + files.key() + " does not fit the certificate in " + files.chain()
                    + "; copy both files from where they were made together");
        }
    }

    private static String signature(String keyAlgorithm) {
        return switch (keyAlgorithm) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> keyAlgorithm;
        };
    }

    private void checkValidity(PemFiles files) throws PemException {
        for (X509Certificate each : chain) {
            String whose = "the certificate of " + each.getSubjectX500Principal() + " in " + files.chain();
            try {
                each.checkValidity();
            } catch (CertificateExpiredException expired) {
                throw new PemException(
                        whose + " expired on " + each.getNotAfter().toInstant() + "; renew it", expired);
            } catch (CertificateNotYetValidException early) {
                throw new PemException(
                        whose + " is valid only from " + each.getNotBefore().toInstant()
                                + " on; is this host's clock right?",
                        early);
            }
        }
    }

    private void checkUse(PemFiles files, boolean accepts) throws PemException {
        List<String> uses;
        try {
            uses = own().getExtendedKeyUsage();
        } catch (CertificateParsingException malformed) {
            throw new PemException(files.chain() + " has an extendedKeyUsage that cannot be read", malformed);
        }
        if (uses == null || uses.contains(ANY_USE)) {
            return;
        }
        if (!uses.contains(CLIENT_USE) || (accepts && !uses.contains(SERVER_USE))) {
            throw new PemException(
                    "the certificate in " + files.chain() + " is not for this use; a node both dials and is"
                            + " dialled: issue it with extendedKeyUsage = serverAuth, clientAuth");
        }
    }

    @Override
    public String toString() {
        return "certificate of " + own().getSubjectX500Principal();
    }
}
