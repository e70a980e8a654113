package io.holdfast.core;

import io.holdfast.core.runtime.ConnectionHandler.CloseReason;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.LinkListener;
import io.netty.buffer.ByteBuf;

/** Takes a link and does nothing with it. */
final class SilentListener implements LinkListener {
    @Override
    public void up(Link link) {}

    @Override
    public void received(Link link, ByteBuf frame) {}

    @Override
    public void down(Link link, CloseReason reason, String detail) {}
}
