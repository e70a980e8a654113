package io.holdfast.benchmarks.grpc;

import io.grpc.Attributes;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.ManagedChannel;
import io.grpc.MetricRecorder;
import io.grpc.SynchronizationContext;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What a channel is to a load balancer: every subchannel is ready as soon as it is asked to connect. */
final class ReadyHelper extends Helper {
    private static final ChannelLogger QUIET = new ChannelLogger() {
        @Override
        public void log(ChannelLogLevel level, String message) {}

        @Override
        public void log(ChannelLogLevel level, String template, Object... arguments) {}
    };

    final SynchronizationContext context = new SynchronizationContext((thread, failure) -> {
        throw new IllegalStateException(failure);
    });
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "grpc-timer");
        thread.setDaemon(true);
        return thread;
    });
    volatile @Nullable SubchannelPicker picker;
    volatile @Nullable ConnectivityState state;

    private static final class Ready extends Subchannel {
        private final List<EquivalentAddressGroup> addresses;
        private final SynchronizationContext context;
        private @Nullable SubchannelStateListener listener;
        private boolean ready;

        Ready(List<EquivalentAddressGroup> addresses, SynchronizationContext context) {
            this.addresses = addresses;
            this.context = context;
        }

        @Override
        public void start(SubchannelStateListener told) {
            listener = told;
        }

        @Override
        public void shutdown() {}

        @Override
        public void requestConnection() {
            SubchannelStateListener told = listener;
            if (ready || told == null) {
                return;
            }
            ready = true;
            context.execute(() -> {
                told.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
                told.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.READY));
            });
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.EMPTY;
        }

        @Override
        public List<EquivalentAddressGroup> getAllAddresses() {
            return addresses;
        }

        @Override
        public void updateAddresses(List<EquivalentAddressGroup> changed) {}

        @Override
        public ChannelLogger getChannelLogger() {
            return QUIET;
        }
    }

    @Override
    public Subchannel createSubchannel(CreateSubchannelArgs args) {
        return new Ready(args.getAddresses(), context);
    }

    @Override
    public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void updateBalancingState(ConnectivityState now, SubchannelPicker picks) {
        state = now;
        picker = picks;
    }

    @Override
    public String getAuthority() {
        return "svc";
    }

    @Override
    public String getChannelTarget() {
        return "svc";
    }

    @Override
    public SynchronizationContext getSynchronizationContext() {
        return context;
    }

    @Override
    public ScheduledExecutorService getScheduledExecutorService() {
        return scheduler;
    }

    @Override
    public ChannelLogger getChannelLogger() {
        return QUIET;
    }

    @Override
    public MetricRecorder getMetricRecorder() {
        return new MetricRecorder() {};
    }
}
