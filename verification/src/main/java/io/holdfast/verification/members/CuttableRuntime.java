package io.holdfast.verification.members;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.ConnectionHandler;
import io.holdfast.core.runtime.Datagrams;
import io.holdfast.core.runtime.EventLoop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Transport;
import io.holdfast.testkit.DelegatingRuntime;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A real runtime, its sockets real UDP and TCP, that can be told to be cut off from others: datagrams to and from them are lost,
 * dials are not answered, and connections stand still until the cut is over. A connection is stopped by whoever dialled it, since
 * its other end cannot tell who that was; so both sides of a cut have to be told.
 */
final class CuttableRuntime extends DelegatingRuntime {
    private final Cuts cuts = new Cuts();
    private final Recorder recorder = new Recorder();
    private final Transport transport;
    private final Datagrams datagrams;

    CuttableRuntime(NodeRuntime real) {
        super(real);
        this.transport = new Dials(real.transport(), real.loop());
        this.datagrams = new Packets(real.datagrams());
    }

    /** On the loop. */
    Cuts cuts() {
        return cuts;
    }

    /** The datagrams that came in. */
    Recorder recorder() {
        return recorder;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public Datagrams datagrams() {
        return datagrams;
    }

    private final class Dials implements Transport {
        private final Transport real;
        private final EventLoop loop;

        Dials(Transport real, EventLoop loop) {
            this.real = real;
            this.loop = loop;
        }

        @Override
        public Listener listen(Address bind, Acceptor acceptor) throws IOException {
            return real.listen(bind, acceptor);
        }

        @Override
        public void connect(InetSocketAddress target, ConnectionHandler handler) {
            if (cuts.isCut(target)) {
                loop.schedule(
                        CuttableConnection.CONNECT_NANOS,
                        () -> handler.closed(
                                ConnectionHandler.CloseReason.UNREACHABLE, "connection timed out: " + target));
            } else {
                real.connect(target, new CuttableConnection(cuts, loop, target, handler));
            }
        }

        @Override
        public int maxFrameBytes() {
            return real.maxFrameBytes();
        }
    }

    private final class Packets implements Datagrams {
        private final Datagrams real;

        Packets(Datagrams real) {
            this.real = real;
        }

        @Override
        public Socket bind(Address bind, Handler handler) throws IOException {
            Socket socket = real.bind(bind, new Handler() {
                @Override
                public void received(InetSocketAddress from, ByteBuf payload) {
                    if (!cuts.isCut(from)) {
                        recorder.received(payload);
                        handler.received(from, payload);
                    }
                }

                @Override
                public void tooLarge(InetSocketAddress from) {
                    handler.tooLarge(from);
                }

                @Override
                public void failed(InetSocketAddress to, String detail) {
                    handler.failed(to, detail);
                }
            });
            return new Socket() {
                @Override
                public InetSocketAddress address() {
                    return socket.address();
                }

                @Override
                public boolean send(InetSocketAddress to, ByteBuf payload) {
                    if (cuts.isCut(to)) {
                        payload.release();
                        return true; // it is lost, and nobody is told
                    }
                    return socket.send(to, payload);
                }

                @Override
                public void close() {
                    socket.close();
                }
            };
        }

        @Override
        public int maxDatagramBytes() {
            return real.maxDatagramBytes();
        }
    }
}
