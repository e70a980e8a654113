package io.holdfast.membership.node;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Seal;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Links that a test holds both ends of, and a seal that opens everything but what begins with 0xff. */
final class FakeLinks implements Links {
    final List<Dialled> dialled = new ArrayList<>();

    static Peer peer(String id) {
        return new Peer(id, true, new UUID(0, 0));
    }

    @Override
    public void identify(UUID clusterId, UUID diskId) {}

    @Override
    public void accept(Protocol protocol, Acceptor acceptor) {}

    @Override
    public OutboundLink dial(
            Protocol protocol, @Nullable String expectedNodeId, Address address, LinkListener listener) {
        Dialled made = new Dialled(address, listener);
        dialled.add(made);
        return made;
    }

    static final class Dialled implements OutboundLink {
        final LinkListener listener;
        final Address address;

        @Nullable
        End end;

        boolean closed;

        Dialled(Address address, LinkListener listener) {
            this.address = address;
            this.listener = listener;
        }

        @Override
        public @Nullable Link current() {
            return end;
        }

        @Override
        public void dialNow() {}

        @Override
        public Address address() {
            return address;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** One end; what is sent is kept. */
    static final class End implements Link {
        final List<ByteBuf> sent = new ArrayList<>();
        final String id;
        String disconnected = "";
        boolean full;
        private final @Nullable LinkListener listener;

        End(String id, @Nullable LinkListener listener) {
            this.id = id;
            this.listener = listener;
        }

        @Override
        public Peer peer() {
            return FakeLinks.peer(id);
        }

        @Override
        public boolean send(Lane lane, ByteBuf frame) {
            if (full) {
                frame.release();
                return false;
            }
            sent.add(frame);
            return true;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void setReading(boolean reading) {}

        @Override
        public void disconnect(String why) {
            if (disconnected.isEmpty()) {
                disconnected = why;
                if (listener != null) {
                    listener.down(this, CloseReason.LOCAL, why);
                }
            }
        }
    }

    static final class OpenSeal implements Seal {
        @Override
        public int overheadBytes() {
            return 0;
        }

        @Override
        public int maxPayloadBytes() {
            return StreamFrames.MOST_BYTES;
        }

        @Override
        public ByteBuf seal(ByteBuf payload) {
            return payload.copy();
        }

        @Override
        public Opening open(ByteBuf message) {
            return message.getUnsignedByte(message.readerIndex()) == 0xff
                    ? new Opening(Outcome.FOREIGN, null, "a test's")
                    : new Opening(Outcome.OPENED, message.copy(), "");
        }
    }
}
