package io.holdfast.benchmarks.finagle;

import com.twitter.finagle.Address;
import com.twitter.finagle.ClientConnection;
import com.twitter.finagle.ClientConnection$;
import com.twitter.finagle.NoBrokersAvailableException;
import com.twitter.finagle.Service;
import com.twitter.finagle.ServiceFactory;
import com.twitter.finagle.Stack;
import com.twitter.finagle.Status;
import com.twitter.finagle.loadbalancer.Balancers;
import com.twitter.finagle.loadbalancer.EndpointFactory;
import com.twitter.finagle.loadbalancer.LoadBalancerFactory;
import com.twitter.util.Activity;
import com.twitter.util.Await;
import com.twitter.util.Future;
import com.twitter.util.Time;
import io.holdfast.benchmarks.picks.PickSubject;
import java.util.ArrayList;
import java.util.List;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/** Finagle's balancers. A pick is a service had and closed again: load is counted in the node between the two. */
public final class FinaglePicks implements PickSubject {
    /** For {@link Class#forName}. */
    public FinaglePicks() {}

    private static final class Answering extends Service<Object, Object> {
        @Override
        public Future<Object> apply(Object request) {
            return Future.value(request);
        }
    }

    private static final class Far extends ServiceFactory<Object, Object> implements EndpointFactory<Object, Object> {
        private final Address address;
        private final Future<Service<Object, Object>> service = Future.value(new Answering());

        Far(int port) {
            this.address = Address.apply(port);
        }

        @Override
        public Future<Service<Object, Object>> apply(ClientConnection connection) {
            return service;
        }

        @Override
        public Future<BoxedUnit> close(Time deadline) {
            return Future.Done();
        }

        @Override
        public Status status() {
            return Status.Open$.MODULE$;
        }

        @Override
        public Address address() {
            return address;
        }

        @Override
        public void remake() {}
    }

    @Override
    public List<String> algorithms() {
        return List.of("round-robin", "p2c", "p2c-ewma", "heap");
    }

    private static LoadBalancerFactory factory(String algorithm) {
        return switch (algorithm) {
            case "round-robin" -> Balancers.roundRobin();
            case "p2c" -> Balancers.p2c(Balancers.p2c$default$1());
            case "p2c-ewma" ->
                Balancers.p2cPeakEwma(Balancers.p2cPeakEwma$default$1(), Balancers.p2cPeakEwma$default$2());
            case "heap" -> Balancers.heap(Balancers.heap$default$1());
            default -> throw new IllegalArgumentException(algorithm);
        };
    }

    @Override
    public Pick newPick(String algorithm, int endpoints, boolean weighted) {
        List<EndpointFactory<Object, Object>> all = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            all.add(new Far(10_000 + i));
        }
        scala.collection.immutable.IndexedSeq<EndpointFactory<Object, Object>> sequence =
                CollectionConverters.asScala(all).toIndexedSeq();
        ServiceFactory<Object, Object> balancer = factory(algorithm)
                .newBalancer(
                        Activity.value(sequence),
                        new NoBrokersAvailableException("none"),
                        Stack.Params$.MODULE$.empty());
        ClientConnection connection = ClientConnection$.MODULE$.nil();
        return i -> {
            try {
                Service<Object, Object> service = Await.result(balancer.apply(connection));
                service.close();
                return service;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }
}
