package io.holdfast.integrations.loadbalance.grpc;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.holdfast.loadbalance.Endpoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A real server that answers with its id, or with the status that it is told to give, and keeps what metadata it got. */
final class EchoServer implements AutoCloseable, BindableService {
    static final MethodDescriptor<String, String> ECHO = method("shop.Echo/echo", MethodDescriptor.MethodType.UNARY);
    static final MethodDescriptor<String, String> STREAM =
            method("shop.Echo/stream", MethodDescriptor.MethodType.SERVER_STREAMING);

    private final String id;
    private final Server server;
    final List<Metadata> got = new CopyOnWriteArrayList<>();
    /** Of streams: what is to be answered once more or ended. */
    final List<StreamObserver<String>> streams = new CopyOnWriteArrayList<>();

    volatile Status status = Status.OK;
    /** Whether it refuses all calls. */
    volatile boolean refuses;

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static MethodDescriptor<String, String> method(String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.newBuilder(new Text(), new Text())
                .setType(type)
                .setFullMethodName(name)
                .build();
    }

    EchoServer(String id, int port) throws IOException {
        this.id = id;
        this.server = Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                .addService(ServerInterceptors.intercept(this, new Notes()))
                .build()
                .start();
    }

    /** Keeps metadata, and refuses as a guard does. */
    private final class Notes implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            got.add(headers);
            if (refuses) {
                Metadata trailers = new Metadata();
                trailers.put(RoutingMetadata.REFUSED, id + " is not the master");
                call.close(Status.UNAVAILABLE, trailers);
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder("shop.Echo")
                .addMethod(ECHO, ServerCalls.asyncUnaryCall((said, answers) -> {
                    if (status.isOk()) {
                        answers.onNext(id + " " + said);
                        answers.onCompleted();
                    } else {
                        answers.onError(status.asRuntimeException());
                    }
                }))
                .addMethod(STREAM, ServerCalls.asyncServerStreamingCall((said, answers) -> {
                    streams.add(answers);
                    answers.onNext(id + " " + said);
                }))
                .build();
    }

    Endpoint endpoint() {
        return Endpoint.of(id, "grpc://127.0.0.1:" + server.getPort());
    }

    int port() {
        return server.getPort();
    }

    /** At once, with what is on its way. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
