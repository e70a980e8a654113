package io.holdfast.benchmarks.grpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.services.InternalCallMetricRecorder;
import io.grpc.services.MetricReport;
import io.holdfast.benchmarks.picks.PickSubject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** gRPC's load balancers, out of its registry, with subchannels that are ready at once. What it does not show is had by reflection. */
public final class GrpcPicks implements PickSubject {
    private static final int KEYS = 1_024;
    private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L;
    private static final Pattern PORT = Pattern.compile(":(\\d+)");

    /** For {@link Class#forName}. */
    public GrpcPicks() {}

    @Override
    public List<String> algorithms() {
        return List.of("round_robin", "weighted_round_robin", "ring_hash_experimental", "least_request_experimental");
    }

    @Override
    public Pick newPick(String policy, int endpoints, boolean weighted) throws Exception {
        Map<String, Object> raw = new HashMap<>();
        if (policy.equals("weighted_round_robin")) {
            raw.put("blackoutPeriod", "0s");
            raw.put("weightUpdatePeriod", "1s");
            raw.put("weightExpirationPeriod", "3600s");
        }
        LoadBalancerProvider provider =
                Objects.requireNonNull(LoadBalancerRegistry.getDefaultRegistry().getProvider(policy), policy);
        Object config = Objects.requireNonNull(
                provider.parseLoadBalancingPolicyConfig(raw).getConfig());
        List<EquivalentAddressGroup> addresses = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            InetAddress address = InetAddress.getByAddress(new byte[] {10, 0, (byte) (i / 250), (byte) (1 + i % 250)});
            addresses.add(new EquivalentAddressGroup(new InetSocketAddress(address, 1 + i)));
        }
        ReadyHelper helper = new ReadyHelper();
        LoadBalancer[] made = new LoadBalancer[1];
        helper.context.execute(() -> {
            LoadBalancer balancer = provider.newLoadBalancer(helper);
            made[0] = balancer;
            balancer.acceptResolvedAddresses(ResolvedAddresses.newBuilder()
                    .setAddresses(addresses)
                    .setAttributes(Attributes.EMPTY)
                    .setLoadBalancingPolicyConfig(config)
                    .build());
        });
        CallOptions.Key<Long> hash = hashKey();
        if (policy.startsWith("ring_hash")) { // connects those alone that it picks
            for (long key = 1; key < 400L * endpoints; key++) {
                picker(helper).pickSubchannel(args(hash, key));
            }
        }
        if (policy.equals("weighted_round_robin")) {
            tellLoads(made[0], weighted);
            Thread.sleep(2_500); // its timer makes weights of them
        }
        if (helper.state != ConnectivityState.READY) {
            throw new IllegalStateException(policy + " is " + helper.state);
        }
        PickArgs[] args = new PickArgs[KEYS];
        for (int i = 0; i < KEYS; i++) {
            args[i] = args(hash, i + 1L);
        }
        SubchannelPicker picks = picker(helper);
        return i -> picks.pickSubchannel(args[i & (KEYS - 1)]);
    }

    private static SubchannelPicker picker(ReadyHelper helper) {
        return Objects.requireNonNull(helper.picker);
    }

    private static PickArgs args(CallOptions.Key<Long> hash, long key) {
        return new PickArgs(CallOptions.DEFAULT.withOption(hash, mix(key * GAMMA)));
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return b ^ (b >>> 31);
    }

    @SuppressWarnings("unchecked")
    private static CallOptions.Key<Long> hashKey() throws ReflectiveOperationException {
        Field key = Class.forName("io.grpc.xds.XdsNameResolver").getDeclaredField("RPC_HASH_KEY");
        key.setAccessible(true);
        return (CallOptions.Key<Long>) key.get(null);
    }

    /** As the servers would report it: so many requests a second at half of what they can do, which makes the weights. */
    private static void tellLoads(LoadBalancer balancer, boolean weighted) throws ReflectiveOperationException {
        for (Object child : (Collection<?>) field(balancer, "childLbStates")) {
            Matcher port = PORT.matcher(field(child, "key").toString());
            if (!port.find()) {
                throw new IllegalStateException("no port in " + child);
            }
            int i = Integer.parseInt(port.group(1)) - 1;
            Object listener = field(child, "orcaReportListener");
            Method report = listener.getClass().getDeclaredMethod("onLoadReport", MetricReport.class);
            report.setAccessible(true);
            double weight = weighted ? 1 + i % 5 : 1;
            report.invoke(
                    listener,
                    InternalCallMetricRecorder.createMetricReport(
                            0.5, 0.5, 0.1, 100 * weight, 0, Map.of(), Map.of(), Map.of()));
        }
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field.get(of);
                }
            }
        }
        throw new NoSuchFieldException(name);
    }
}
