package io.holdfast.benchmarks.dubbo;

import io.holdfast.benchmarks.picks.PickSubject;
import java.util.ArrayList;
import java.util.List;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.cluster.LoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.ConsistentHashLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.LeastActiveLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.RandomLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.RoundRobinLoadBalance;
import org.apache.dubbo.rpc.cluster.loadbalance.ShortestResponseLoadBalance;
import org.apache.dubbo.rpc.model.ApplicationModel;

/** Dubbo's load balances over invokers of URLs such as its registry makes, warmed up an hour ago. */
public final class DubboPicks implements PickSubject {
    private static final int KEYS = 1_024;

    /** For {@link Class#forName}. */
    public DubboPicks() {}

    /** What is invoked. */
    public interface Greeter {
        /** Greets. */
        String sayHello(String name);
    }

    private record Far(URL url) implements Invoker<Greeter> {
        @Override
        public Class<Greeter> getInterface() {
            return Greeter.class;
        }

        @Override
        public Result invoke(Invocation invocation) {
            throw new UnsupportedOperationException("picked only");
        }

        @Override
        public URL getUrl() {
            return url;
        }

        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        public void destroy() {}
    }

    @Override
    public List<String> algorithms() {
        return List.of("random", "round-robin", "least-active", "shortest-response", "consistent-hash");
    }

    private static LoadBalance loadBalance(String algorithm) {
        return switch (algorithm) {
            case "random" -> new RandomLoadBalance();
            case "round-robin" -> new RoundRobinLoadBalance();
            case "least-active" -> new LeastActiveLoadBalance();
            case "shortest-response" -> {
                ShortestResponseLoadBalance shortest = new ShortestResponseLoadBalance();
                shortest.setApplicationModel(ApplicationModel.defaultModel());
                yield shortest;
            }
            case "consistent-hash" -> new ConsistentHashLoadBalance();
            default -> throw new IllegalArgumentException(algorithm);
        };
    }

    @Override
    @SuppressWarnings("deprecation") // an invocation without the rest of Dubbo
    public Pick newPick(String algorithm, int endpoints, boolean weighted) {
        long warm = System.currentTimeMillis() - 3_600_000L;
        List<Invoker<Greeter>> all = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            String url = "dubbo://10.0." + i / 250 + "." + (1 + i % 250) + ":20880/" + Greeter.class.getName()
                    + "?anyhost=true&application=provider&deprecated=false&dubbo=2.0.2&dynamic=true&generic=false&interface="
                    + Greeter.class.getName() + "&methods=sayHello&pid=1234&release=3.3.5&side=provider&timestamp="
                    + warm
                    + (weighted ? "&weight=" + (1 + i % 5) : "");
            all.add(new Far(URL.valueOf(url)));
        }
        URL caller =
                URL.valueOf("consumer://10.1.1.1/" + Greeter.class.getName() + "?interface=" + Greeter.class.getName());
        Invocation[] invocations = new Invocation[KEYS];
        for (int i = 0; i < KEYS; i++) {
            RpcInvocation invocation = new RpcInvocation();
            invocation.setMethodName("sayHello");
            invocation.setParameterTypes(new Class<?>[] {String.class});
            invocation.setArguments(new Object[] {"user-" + i * 7919});
            invocations[i] = invocation;
        }
        LoadBalance balance = loadBalance(algorithm);
        return i -> balance.select(all, caller, invocations[i & (KEYS - 1)]);
    }
}
