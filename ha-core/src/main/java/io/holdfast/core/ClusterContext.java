package io.holdfast.core;

import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.spi.DatagramPort;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.Links;
import io.holdfast.core.spi.Membership;
import io.holdfast.core.spi.NodeControl;
import io.holdfast.core.spi.ReplicatedState;
import io.holdfast.core.spi.Seal;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one feature sees of the node. */
final class ClusterContext implements FeatureContext {
    private final String featureName;
    private final ClusterRun run;
    private final NodeParts parts;

    ClusterContext(String featureName, ClusterRun run, NodeParts parts) {
        this.featureName = featureName;
        this.run = run;
        this.parts = parts;
    }

    @Override
    public String clusterName() {
        return run.plan().name();
    }

    @Override
    public Node node() {
        return run.node();
    }

    @Override
    public boolean standalone() {
        return run.plan().standalone();
    }

    @Override
    public NodeRuntime runtime() {
        return parts.runtime();
    }

    @Override
    public Links links() {
        return parts.links();
    }

    @Override
    public DatagramPort datagrams(Seal seal, DatagramPort.Handler handler) {
        return parts.sealing().port(featureName, seal, handler);
    }

    @Override
    public Seal seal(KeyRing.@Nullable Source keys, int maxPayloadBytes) {
        return parts.sealing().seal(keys, maxPayloadBytes);
    }

    @Override
    public @Nullable Membership membership() {
        return parts.membership();
    }

    @Override
    public @Nullable ReplicatedState replicatedState() {
        return parts.replicatedState();
    }

    @Override
    public Executor callbacks() {
        return parts.callbacks();
    }

    @Override
    public void callBack(Runnable next, int times) {
        parts.callbacks().execute(next, times);
    }

    @Override
    public MeterRegistry meters() {
        return parts.meters();
    }

    @Override
    public void ready(boolean ready, String reason) {
        run.ready(featureName, ready, reason);
    }

    @Override
    public void health(String subject, Health health, String detail) {
        parts.health().found(subject, health, detail);
    }

    @Override
    public void clusterHealth(String subject, Health health, String detail) {
        parts.health().foundOfTheCluster(subject, health, detail);
    }

    @Override
    public Standing stand(String role, Duration stopWithin, Consumer<FencingToken> begin, Consumer<String> end) {
        Tenures tenures = parts.tenures();
        if (tenures == null) {
            throw new IllegalStateException(run.plan() + " has nothing that elects who has the role " + role);
        }
        CallbackDuty duty = new CallbackDuty(grant -> begin.accept(grant.token()), end, stopWithin.toNanos(), 0, false);
        Tenure tenure = tenures.stand(role, duty, duty.stopWithinNanos(), duty.priority(), false, null);
        return to -> tenures.handOver(tenure, to);
    }

    @Override
    public Optional<RoleHolder> holder(String role) {
        Tenures tenures = parts.tenures();
        return tenures == null ? Optional.empty() : tenures.holder(role);
    }

    @Override
    public long masterStopWithinNanos() {
        CallbackDuty mastership = run.plan().mastership();
        return mastership == null ? 0 : mastership.stopWithinNanos();
    }

    @Override
    public Health nodeHealth() {
        return parts.health().ofThisNode();
    }

    @Override
    public void event(HaEvent.Kind kind, String subject, String detail) {
        run.events().tell(kind, subject, detail);
    }

    @Override
    public CompletionStage<Map<String, Object>> ask(
            String nodeId, Address address, String command, Map<String, String> arguments, Duration timeout) {
        return parts.operations().ask(nodeId, address, command, arguments, timeout);
    }

    @Override
    public NodeControl control() {
        return new RunControl(run);
    }

    @Override
    public void fail(Throwable cause) {
        run.failed("feature " + featureName, cause, true);
    }
}
