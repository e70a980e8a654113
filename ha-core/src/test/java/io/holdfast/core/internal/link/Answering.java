package io.holdfast.core.internal.link;

import io.holdfast.core.runtime.Connection;
import io.holdfast.core.runtime.Connection.Lane;
import io.holdfast.core.runtime.ConnectionHandler;
import io.netty.buffer.ByteBuf;

/** An acceptor that answers whatever it hears with the same handshake frame. */
record Answering(Handshake answer) implements ConnectionHandler {
    @Override
    public void opened(Connection connection) {}

    @Override
    public void received(Connection connection, ByteBuf frame) {
        connection.send(Lane.URGENT, HandshakeCodec.encode(answer));
        connection.flush();
    }

    @Override
    public void closed(CloseReason reason, String detail) {}
}
