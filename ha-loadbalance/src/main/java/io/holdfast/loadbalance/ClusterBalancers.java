package io.holdfast.loadbalance;

import io.holdfast.core.Explanation;
import io.holdfast.core.FencingToken;
import io.holdfast.core.Health;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.runtime.Worker;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Inspectable;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.RunningFeature;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The balancers of a node, one for each service that is asked for. What they know is made by one thread, for all of them at once. */
final class ClusterBalancers implements RunningFeature, Inspectable {
    private static final double SECOND = 1e9;

    private final FeatureContext context;
    private final Map<String, LoadBalancing.Service> configured;
    private final Worker worker;
    private final Worker calls;
    private final BalancerRuntime runtime;
    private final Map<String, CallKernel> kernels = new TreeMap<>();
    private final AtomicBoolean queued = new AtomicBoolean();
    /** What members last said of themselves, of what is of interest here. Of the loop. */
    private final Map<String, Offer> offers = new HashMap<>();

    /** Of the worker's thread. */
    private long epoch;

    private boolean stopped;

    private record Offer(
            String zone,
            int weight,
            Set<String> tags,
            Map<String, URI> services,
            @Nullable ReplicaRole role,
            Health health,
            boolean draining) {}

    ClusterBalancers(FeatureContext context, Map<String, LoadBalancing.Service> configured) {
        this.context = context;
        this.configured = configured;
        this.worker = context.runtime().newWorker("balance");
        this.calls = context.runtime().newWorker("calls"); // not the callbacks' thread: one may wait there for a call
        this.runtime = BalancerRuntime.of(context.runtime(), worker, calls);
    }

    @Override
    public void open() {}

    @Override
    public void start() {
        Membership membership = context.membership();
        if (membership != null) {
            membership.listen(this::changed);
        }
        ReplicatedState state = context.replicatedState();
        if (state != null) {
            state.onMaster(this::lookSoon);
        }
        context.ready(true, "");
    }

    /** Load alone changes nothing of where to go, and there is much of it; it is looked up when it is of interest. On the loop. */
    private void changed(MemberEvent event) {
        Member member = event.member();
        Offer offer = new Offer(
                member.node().zone(),
                member.node().weight(),
                member.node().tags(),
                member.node().services(),
                member.facts().role(),
                member.facts().health(),
                member.facts().draining());
        boolean same = offer.equals(offers.put(member.id(), offer));
        if (event.kind() == MemberEvent.Kind.FORGOTTEN) {
            offers.remove(member.id());
        }
        if (event.kind() != MemberEvent.Kind.UPDATED || !same) {
            lookSoon();
        }
    }

    private void lookSoon() {
        if (queued.compareAndSet(false, true)) {
            worker.execute(this::look);
        }
    }

    /** One epoch for all services. */
    private void look() {
        queued.set(false); // what comes from here on is seen to by another look
        epoch++;
        List<Map.Entry<String, CallKernel>> all;
        synchronized (kernels) {
            all = List.copyOf(kernels.entrySet());
        }
        all.forEach(each -> each.getValue().hear(directory(each.getKey(), epoch)));
    }

    private Directory directory(String service, long number) {
        Membership membership = context.membership();
        if (membership == null) {
            return new Directory(number, List.of(), master(null), id -> -1);
        }
        Members members = membership.members();
        List<Endpoint> endpoints = new ArrayList<>();
        for (Member member : members.offering(service)) {
            MemberFacts facts = member.facts();
            Endpoint.of(member.node(), service)
                    .map(each -> each.health(facts.health()).draining(facts.draining()))
                    .ifPresent(endpoints::add);
        }
        return new Directory(number, endpoints, master(members), id -> lagNanos(membership.members(), id));
    }

    /** By the log if there is one here; else by what members say of themselves. */
    private @Nullable RoleHolder master(@Nullable Members members) {
        ReplicatedState state = context.replicatedState();
        if (state != null) {
            return state.announcedMaster().orElse(null);
        }
        Optional<Member> says = members == null
                ? Optional.empty()
                : members.present().stream()
                        .filter(each -> each.facts().role() == ReplicaRole.MASTER)
                        .min(Comparator.comparing((Member each) -> each.state() != MemberState.ALIVE)
                                .thenComparing(Member::id));
        return says.map(each -> new RoleHolder(each.id(), new FencingToken(0))).orElse(null);
    }

    private static long lagNanos(Members members, String id) {
        Double seconds = members.find(id)
                .map(each -> each.facts().load().get(ReplicatedState.LAG))
                .orElse(null);
        return seconds == null ? -1 : (long) (seconds * SECOND);
    }

    LoadBalancer service(String name) {
        synchronized (kernels) {
            if (stopped) {
                throw new IllegalStateException(context.node().id() + " has been stopped");
            }
            if (context.membership() == null) {
                throw new IllegalStateException(
                        "nothing tells " + context.node().id()
                                + " who offers services; add .with(GossipMembership.seeds(...)) to the builder");
            }
            CallKernel known = kernels.get(name);
            if (known == null) {
                LoadBalancing.Service how = configured.get(name);
                BalancerSettings balancing = how == null
                        ? LoadBalancing.Service.USUAL
                                .balancing()
                                .zone(context.node().zone())
                        : how.balancing();
                known = new CallKernel(
                        new Balancer.Identity(
                                context.clusterName(), context.node().id(), name),
                        balancing,
                        how == null ? CallSettings.usual() : how.calls(),
                        runtime,
                        context.meters());
                kernels.put(name, known);
                lookSoon();
            }
            return LoadBalancer.over(known);
        }
    }

    private Map<String, CallKernel> all() {
        synchronized (kernels) {
            return new TreeMap<>(kernels);
        }
    }

    @Override
    public Inspectable inspectable() {
        return this;
    }

    @Override
    public Map<String, Object> inspect() {
        Map<String, Object> status = new LinkedHashMap<>();
        all().forEach((name, kernel) -> {
            Map<String, Object> shares = new LinkedHashMap<>();
            kernel.balancer()
                    .explain()
                    .endpoints()
                    .forEach(each -> shares.put(each.endpoint().id(), each.share()));
            status.put(name, shares);
        });
        return status;
    }

    @Override
    public List<Explanation.Finding> explain() {
        List<Explanation.Finding> findings = new ArrayList<>();
        all().values()
                .forEach(kernel -> findings.addAll(kernel.balancer().explain().findings()));
        return findings;
    }

    @Override
    public SafeToStop safeToStop(String nodeId) {
        return SafeToStop.yes(nodeId);
    }

    @Override
    public void stop(Runnable done) {
        end();
        done.run();
    }

    private void end() {
        List<CallKernel> all;
        synchronized (kernels) {
            stopped = true;
            all = List.copyOf(kernels.values());
            kernels.clear();
        }
        all.forEach(CallKernel::close);
    }

    @Override
    public void close() {
        end();
        worker.close();
        calls.close();
    }
}
