package io.holdfast.core.internal.seal;

import io.holdfast.core.KeyRing;
import io.holdfast.core.internal.seal.Senders.Sender;
import io.holdfast.core.runtime.Clock;
import io.holdfast.core.spi.Seal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-256 in Galois/counter mode (NIST SP 800-38D), by the JDK.
 *
 * <p>A message: version (1 byte), id of the shared key (4), the sender's boot id (16), its counter (8), then, sealed, the
 * sender's wall clock in milliseconds (8) and the payload, and the tag (16). What is not sealed is authenticated, with the
 * cluster's mark, which is not sent.
 *
 * <p><b>A nonce never comes twice under a key:</b> each process has a key of its own ({@link KeyDerivation}) and its counter
 * is the nonce; the counter goes on when the shared key changes, and begins anew only with a new boot id.
 *
 * <p><b>What is replayed:</b> a window of counters for each process that has been heard of. A process not heard of before
 * (it has restarted, or this one has) is believed only if its clock and this one's differ by no more than the tolerance; what
 * was recorded before that is too old. From then on no clock counts, so that one that jumps disturbs nobody who is already
 * in touch. What remains: a message recorded within the tolerance before this process began is opened once more; one that
 * was held back under way and never arrived is opened as long as its counter is in the window; and a message is not bound
 * to whom it is sent to, so that it opens once at each node. The payload must be harmless then, or name its addressee.
 *
 * <p>A sender's own counter runs over the messages to all nodes. So one that is overtaken by more than 1,024 others of its
 * sender is refused as replayed, which is a loss like others.
 */
final class GcmSeal implements Seal {
    private static final int HEADER_BYTES = 29;
    private static final int STAMP_BYTES = 8;
    private static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    static final int OVERHEAD_BYTES = HEADER_BYTES + STAMP_BYTES + TAG_BYTES;

    private final KeyDerivation derivation;
    private final BootId boot;
    private final Clock clock;
    private final ByteBufAllocator allocator;
    private final Senders senders;
    private final long toleranceMillis;
    private final int maxPayloadBytes;
    private final Cipher cipher;
    private final Scratch in = new Scratch();
    private final Scratch out = new Scratch();
    private KeyRing ring;
    private SecretKey own;
    private long counter;

    GcmSeal(
            String clusterName,
            KeyRing ring,
            BootId boot,
            Clock clock,
            ByteBufAllocator allocator,
            Senders senders,
            long toleranceMillis,
            int maxPayloadBytes) {
        this.derivation = new KeyDerivation(clusterName);
        this.boot = boot;
        this.clock = clock;
        this.allocator = allocator;
        this.senders = senders;
        this.toleranceMillis = toleranceMillis;
        this.maxPayloadBytes = maxPayloadBytes;
        this.ring = ring;
        this.own = derivation.derive(ring.key(0), boot);
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException never) {
            throw new IllegalStateException("every JVM has AES/GCM/NoPadding", never);
        }
    }

    /** Uses other keys from now on. */
    void use(KeyRing newRing) {
        ring = newRing;
        own = derivation.derive(newRing.key(0), boot);
        senders.forgetKeys();
    }

    @Override
    public int overheadBytes() {
        return OVERHEAD_BYTES;
    }

    @Override
    public int maxPayloadBytes() {
        return maxPayloadBytes;
    }

    @Override
    public ByteBuf seal(ByteBuf payload) {
        int bytes = SealFactory.checked(payload.readableBytes(), maxPayloadBytes);
        long number = Math.incrementExact(counter); // before anything can fail: never the same number twice
        counter = number;
        int length = STAMP_BYTES + bytes;
        byte[] plain = in.atLeast(length);
        ByteBuffer.wrap(plain).putLong(clock.wallMillis());
        payload.getBytes(payload.readerIndex(), plain, STAMP_BYTES, bytes);
        byte[] message = out.atLeast(HEADER_BYTES + length + TAG_BYTES);
        ByteBuffer.wrap(message)
                .put((byte) SealFactory.SEALED_1)
                .putInt(ring.id(0))
                .putLong(boot.high())
                .putLong(boot.low())
                .putLong(number);
        try {
            begin(Cipher.ENCRYPT_MODE, own, number, message);
            int sealed = cipher.doFinal(plain, 0, length, message, HEADER_BYTES);
            return allocator.buffer(HEADER_BYTES + sealed).writeBytes(message, 0, HEADER_BYTES + sealed);
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("AES-GCM of this JVM does not seal", broken);
        }
    }

    private void begin(int mode, SecretKey key, long number, byte[] message) throws GeneralSecurityException {
        byte[] nonce =
                ByteBuffer.allocate(NONCE_BYTES).putInt(0).putLong(number).array();
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
        cipher.updateAAD(derivation.clusterMark());
        cipher.updateAAD(message, 0, HEADER_BYTES);
    }

    @Override
    public Opening open(ByteBuf message) {
        int length = message.readableBytes();
        int version = length == 0 ? 0 : message.getUnsignedByte(message.readerIndex());
        if (version == SealFactory.PLAIN_1) {
            return refused(Outcome.FOREIGN, "it is not sealed, and this node has keys");
        }
        if (version != SealFactory.SEALED_1 || length <= OVERHEAD_BYTES || length > OVERHEAD_BYTES + maxPayloadBytes) {
            return SealFactory.malformed(version, length);
        }
        byte[] bytes = in.atLeast(length);
        message.getBytes(message.readerIndex(), bytes, 0, length);
        ByteBuffer header = ByteBuffer.wrap(bytes, 1, HEADER_BYTES - 1);
        int keyId = header.getInt();
        BootId from = new BootId(header.getLong(), header.getLong());
        return open(bytes, length, keyId, from, header.getLong());
    }

    private Opening open(byte[] message, int length, int keyId, BootId from, long number) {
        if (from.equals(boot)) {
            return refused(Outcome.REPLAYED, "it is this node's own");
        }
        int index = indexOf(keyId);
        if (index < 0) {
            return refused(Outcome.FOREIGN, "its key is not among this node's " + ring);
        }
        Sender known = senders.get(from);
        if (number <= 0 || (known != null && !known.window.isNew(number))) {
            return refused(Outcome.REPLAYED, "it has been opened before, or is late by more than a thousand others");
        }
        SecretKey cached = known != null && known.keyId == keyId ? known.key : null;
        SecretKey key = cached == null ? derivation.derive(ring.key(index), from) : cached;
        byte[] plain = out.atLeast(length);
        int opened = decrypt(key, number, message, length, plain);
        if (opened < STAMP_BYTES) {
            return refused(
                    Outcome.FORGED,
                    "it was not sealed with key " + ring.ids().get(index)
                            + " for this cluster, or was changed under way");
        }
        long stamp = ByteBuffer.wrap(plain).getLong();
        long now = clock.wallMillis();
        if (known == null && (stamp < now - toleranceMillis || stamp > now + toleranceMillis)) {
            return refused(Outcome.STALE, stale(now, stamp));
        }
        Sender sender = known == null ? new Sender() : known;
        sender.window.mark(number);
        sender.latestMillis = known == null ? stamp : Math.max(sender.latestMillis, stamp);
        sender.keyId = keyId;
        sender.key = key;
        if (known == null) {
            senders.add(from, sender, now);
        }
        int payload = opened - STAMP_BYTES;
        return new Opening(Outcome.OPENED, allocator.buffer(payload).writeBytes(plain, STAMP_BYTES, payload), "");
    }

    /** How many bytes came out; -1 if the tag is wrong. */
    private int decrypt(SecretKey key, long number, byte[] message, int length, byte[] plain) {
        try {
            begin(Cipher.DECRYPT_MODE, key, number, message);
            return cipher.doFinal(message, HEADER_BYTES, length - HEADER_BYTES, plain, 0);
        } catch (AEADBadTagException forged) {
            return -1;
        } catch (GeneralSecurityException broken) {
            throw new IllegalStateException("AES-GCM of this JVM does not open", broken);
        }
    }

    private int indexOf(int keyId) {
        for (int i = 0; i < ring.size(); i++) {
            if (ring.id(i) == keyId) {
                return i;
            }
        }
        return -1;
    }

    private String stale(long now, long stamp) {
        double seconds = Math.abs((double) now - stamp) / 1000;
        return "its sender, not heard of before, has a clock that is " + Math.round(seconds) + " s "
                + (stamp > now ? "ahead of" : "behind") + " this node's, or it was sent so long ago; tolerated are "
                + toleranceMillis / 1000 + " s. Set both clocks right";
    }

    private static Opening refused(Outcome outcome, String detail) {
        return new Opening(outcome, null, detail);
    }
}
