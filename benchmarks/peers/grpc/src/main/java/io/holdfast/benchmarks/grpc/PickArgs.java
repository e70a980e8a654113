package io.holdfast.benchmarks.grpc;

import io.grpc.CallOptions;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A call that is to be given a subchannel. */
final class PickArgs extends PickSubchannelArgs {
    private static final MethodDescriptor<byte[], byte[]> METHOD = method();

    private final CallOptions options;
    private final Metadata headers = new Metadata();

    PickArgs(CallOptions options) {
        this.options = options;
    }

    private static MethodDescriptor<byte[], byte[]> method() {
        MethodDescriptor.Marshaller<byte[]> none = new MethodDescriptor.Marshaller<>() {
            @Override
            public InputStream stream(byte[] value) {
                return new ByteArrayInputStream(value);
            }

            @Override
            public byte[] parse(InputStream stream) {
                return new byte[0];
            }
        };
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("a/b")
                .setRequestMarshaller(none)
                .setResponseMarshaller(none)
                .build();
    }

    @Override
    public CallOptions getCallOptions() {
        return options;
    }

    @Override
    public Metadata getHeaders() {
        return headers;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
        return METHOD;
    }
}
