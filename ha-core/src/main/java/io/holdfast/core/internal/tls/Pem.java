package io.holdfast.core.internal.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The blocks of a PEM file (RFC 7468). What stands between them, such as the text that openssl adds, is passed over. */
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private Pem() {}

    /**
     * @param label what it says to be, such as "CERTIFICATE"
     * @param der its bytes; empty if they are encrypted in OpenSSL's old manner, which PEM headers say
     */
    record Block(String label, byte[] der) {}

    static List<Block> blocks(Path file, byte[] content) throws PemException {
        List<Block> blocks = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        String label = null;
        boolean headers = false;
        for (String raw : new String(content, StandardCharsets.ISO_8859_1).split("\\R")) {
            String line = raw.strip();
            if (label == null) {
                if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                    label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                    body.setLength(0);
                    headers = false;
                }
            } else if (line.equals(END + label + DASHES)) {
                blocks.add(new Block(label, headers ? new byte[0] : decoded(file, label, body.toString())));
                label = null;
            } else if (line.contains(":")) {
                headers = true;
            } else {
                body.append(line);
            }
        }
        if (label != null) {
            throw new PemException(file + " ends within its " + label + "; copy the file again");
        }
        return blocks;
    }

    private static byte[] decoded(Path file, String label, String base64) throws PemException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException damaged) {
            // Without the decoder's own message and cause: they may quote what the block holds, and it may be a key.
            throw new PemException(file + " holds a " + label + " that is damaged (no Base64); copy the file again");
        }
    }

    static List<X509Certificate> certificates(Path file, byte[] content) throws PemException {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks(file, content)) {
            if (!block.label().equals("CERTIFICATE") && !block.label().equals("X509 CERTIFICATE")) {
                continue;
            }
            try {
                CertificateFactory factory = CertificateFactory.getInstance("X.509");
                found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der())));
            } catch (CertificateException damaged) {
                throw new PemException(
                        file + " holds a certificate that cannot be read: " + damaged.getMessage(), damaged);
            }
        }
        if (found.isEmpty()) {
            throw new PemException(
                    file + " holds no certificate; it must be a PEM file with -----BEGIN CERTIFICATE-----");
        }
        return found;
    }
}
