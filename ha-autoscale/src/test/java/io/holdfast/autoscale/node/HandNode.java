package io.holdfast.autoscale.node;

import io.holdfast.core.FencingToken;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Health;
import io.holdfast.core.KeyRing;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.Node;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.SafeToStop;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.NodeControl;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.Seal;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The only node of a cluster, as a feature of it sees it; a test says what is so. */
final class HandNode implements FeatureContext, Membership, NodeControl {
    static final String ID = "node-1";

    final HandRuntime runtime = new HandRuntime();
    final HandLog log = new HandLog();
    /** False: an election engine without a log elects. */
    boolean hasLog = true;

    Optional<RoleHolder> holder = Optional.empty();
    String health = "";
    boolean draining;
    RuntimeException leaveFails = null;
    int left;
    /** Who else is there. */
    final Map<String, Member> others = new TreeMap<>();

    private final Node node = Node.of(ID).bind("127.0.0.1:7400");
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private MemberFacts facts = MemberFacts.NONE;

    @Override
    public Members members() {
        Map<String, Member> all = new TreeMap<>(others);
        all.put(ID, new Member(node, MemberState.ALIVE, facts, 1));
        return new Members(ID, all, 1);
    }

    @Override
    public void say(UnaryOperator<MemberFacts> change) {
        facts = change.apply(facts);
    }

    @Override
    public void listen(Consumer<MemberEvent> listener) {}

    @Override
    public void doubt(String nodeId, boolean refused) {}

    @Override
    public boolean isReady() {
        return !draining;
    }

    @Override
    public boolean isDraining() {
        return draining;
    }

    @Override
    public void drain(boolean is) {
        draining = is;
    }

    @Override
    public CompletionStage<Void> leave() {
        if (leaveFails != null) {
            throw leaveFails;
        }
        left++;
        return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<SafeToStop> safeToStop(String nodeId) {
        return CompletableFuture.completedFuture(SafeToStop.yes(nodeId));
    }

    @Override
    public String clusterName() {
        return "shop";
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public boolean standalone() {
        return false;
    }

    @Override
    public NodeRuntime runtime() {
        return runtime;
    }

    @Override
    public Links links() {
        throw new UnsupportedOperationException();
    }

    @Override
    public DatagramPort datagrams(Seal seal, DatagramPort.Handler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Seal seal(KeyRing.@Nullable Source keys, int maxPayloadBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Membership membership() {
        return this;
    }

    @Override
    public @Nullable ReplicatedState replicatedState() {
        return hasLog ? log : null;
    }

    @Override
    public Executor callbacks() {
        return Runnable::run;
    }

    @Override
    public void callBack(Runnable next, int times) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MeterRegistry meters() {
        return meters;
    }

    @Override
    public void ready(boolean ready, String reason) {}

    @Override
    public void health(String subject, Health found, String detail) {
        health = found == Health.UP ? "" : subject + " " + found + ": " + detail;
    }

    @Override
    public Standing stand(String role, Duration stopWithin, Consumer<FencingToken> begin, Consumer<String> end) {
        return to -> CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    @Override
    public Optional<RoleHolder> holder(String role) {
        return holder;
    }

    @Override
    public long masterStopWithinNanos() {
        return 0;
    }

    @Override
    public Health nodeHealth() {
        return Health.UP;
    }

    @Override
    public void event(HaEvent.Kind kind, String subject, String detail) {}

    @Override
    public NodeControl control() {
        return this;
    }

    @Override
    public void fail(Throwable cause) {
        throw new AssertionError(cause);
    }
}
