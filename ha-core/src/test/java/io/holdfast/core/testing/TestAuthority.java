package io.holdfast.core.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** An authority that signs certificates for tests, good ones and others. Writes DER by hand, so as to need no library. */
public final class TestAuthority {
    private static final byte[] EC_WITH_SHA256 = tlv(0x30, oid(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int SERVER = 1;
    private static final int CLIENT = 2;

    private final String name;
    private final KeyPair keys;
    private final X509Certificate certificate;
    private long serial = 1;

    /** Makes one with a certificate signed by itself. */
    public TestAuthority(String name) {
        this.name = name;
        this.keys = newKeys();
        byte[] ca = tlv(
                0x30, oid(0x55, 0x1D, 0x13), tlv(0x01, new byte[] {-1}), tlv(0x04, tlv(0x30, tlv(0x01, new byte[] {-1
                }))));
        Instant now = Instant.now();
        this.certificate =
                signed(name, keys, now.minus(1, ChronoUnit.DAYS), now.plus(365, ChronoUnit.DAYS), List.of(ca));
    }

    public X509Certificate certificate() {
        return certificate;
    }

    /** A certificate to be issued. Immutable. */
    public record Order(
            String commonName, List<String> dnsNames, Instant notBefore, Instant notAfter, List<Integer> uses) {
        /** With a DNS name each, or a common name alone; valid from yesterday for a year, for both uses. */
        public static Order of(String commonName, String... dnsNames) {
            Instant now = Instant.now();
            return new Order(
                    commonName,
                    List.of(dnsNames),
                    now.minus(1, ChronoUnit.DAYS),
                    now.plus(365, ChronoUnit.DAYS),
                    List.of(SERVER, CLIENT));
        }

        public Order valid(Instant from, Instant to) {
            return new Order(commonName, dnsNames, from, to, uses);
        }

        public Order expired() {
            Instant now = Instant.now();
            return valid(now.minus(9, ChronoUnit.DAYS), now.minus(2, ChronoUnit.DAYS));
        }

        public Order forClientsOnly() {
            return new Order(commonName, dnsNames, notBefore, notAfter, List.of(CLIENT));
        }
    }

    /** A certificate, who signed it and its key. */
    public record Issued(X509Certificate certificate, PrivateKey key) {
        /** Writes NAME.crt and NAME.key. */
        public Issued write(Path directory, String name) {
            TestAuthority.save(directory.resolve(name + ".crt"), pem("CERTIFICATE", encoded(certificate)));
            TestAuthority.save(directory.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded()));
            return this;
        }
    }

    public Issued issue(Order order) {
        KeyPair own = newKeys();
        List<byte[]> extensions = new ArrayList<>();
        if (!order.dnsNames().isEmpty()) {
            byte[][] names = order.dnsNames().stream()
                    .map(dns -> tlv(0x82, dns.getBytes(StandardCharsets.US_ASCII)))
                    .toArray(byte[][]::new);
            extensions.add(tlv(0x30, oid(0x55, 0x1D, 0x11), tlv(0x04, tlv(0x30, names))));
        }
        byte[][] uses = order.uses().stream()
                .map(use -> oid(0x2B, 6, 1, 5, 5, 7, 3, use))
                .toArray(byte[][]::new);
        extensions.add(tlv(0x30, oid(0x55, 0x1D, 0x25), tlv(0x04, tlv(0x30, uses))));
        return new Issued(
                signed(order.commonName(), own, order.notBefore(), order.notAfter(), extensions), own.getPrivate());
    }

    /** Writes its certificate to NAME.crt. */
    public Path write(Path directory, String file) {
        Path path = directory.resolve(file + ".crt");
        save(path, pem("CERTIFICATE", encoded(certificate)));
        return path;
    }

    private X509Certificate signed(
            String subject, KeyPair own, Instant notBefore, Instant notAfter, List<byte[]> extensions) {
        try {
            byte[] toSign = tlv(
                    0x30,
                    tlv(0xA0, tlv(0x02, new byte[] {2})),
                    tlv(0x02, BigInteger.valueOf(serial++).toByteArray()),
                    EC_WITH_SHA256,
                    distinguished(name),
                    tlv(0x30, time(notBefore), time(notAfter)),
                    distinguished(subject),
                    own.getPublic().getEncoded(),
                    tlv(0xA3, tlv(0x30, extensions.toArray(byte[][]::new))));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(toSign);
            byte[] bits = signature.sign();
            byte[] padded = new byte[bits.length + 1];
            System.arraycopy(bits, 0, padded, 1, bits.length);
            byte[] der = tlv(0x30, toSign, EC_WITH_SHA256, tlv(0x03, padded));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] distinguished(String commonName) {
        byte[] value = tlv(0x0C, commonName.getBytes(StandardCharsets.UTF_8));
        return tlv(0x30, tlv(0x31, tlv(0x30, oid(0x55, 0x04, 0x03), value)));
    }

    private static byte[] time(Instant instant) {
        return tlv(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] oid(int... bytes) {
        byte[] body = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            body[i] = (byte) bytes[i];
        }
        return tlv(0x06, body);
    }

    private static byte[] tlv(int tag, byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] head;
        if (length < 0x80) {
            head = new byte[] {(byte) tag, (byte) length};
        } else if (length < 0x100) { // the shortest form, or the signature does not fit what the JDK writes anew
            head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
        } else {
            head = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        }
        byte[] der = Arrays.copyOf(head, head.length + length);
        int at = head.length;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, der, at, part.length);
            at += part.length;
        }
        return der;
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A PEM block. */
    public static String pem(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static void save(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
