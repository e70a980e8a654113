package io.holdfast.benchmarks.holdfast;

import io.holdfast.benchmarks.load.Target;
import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Subject;
import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.replication.LogReplication;
import java.time.Duration;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A client of {@link HoldfastNode}s in a process of its own. */
public final class HoldfastClient implements Subject {
    private @Nullable HaCluster started;

    @Override
    public void start(NodeSettings settings) {
        String[] addresses =
                IntStream.range(0, settings.nodes()).mapToObj(settings::address).toArray(String[]::new);
        HaCluster client = HaCluster.builder(HoldfastNode.CLUSTER)
                .node(Node.client("client"))
                .with(LogReplication.client(addresses))
                .start();
        client.awaitReady(Duration.ofSeconds(30));
        started = client;
    }

    @Override
    public boolean isMaster() {
        return false;
    }

    @Override
    public long applied() {
        return 0;
    }

    @Override
    public Target open(String work) {
        HaCluster cluster = started;
        if (cluster == null) {
            throw new IllegalStateException("not started");
        }
        return Targets.open(cluster, work);
    }
}
