package io.holdfast.benchmarks.replication;

import io.holdfast.benchmarks.floor.ForcedAppends;
import io.holdfast.benchmarks.floor.PingPong;
import io.holdfast.benchmarks.floor.QuorumFloor;
import io.holdfast.benchmarks.floor.QuorumFloorThreads;
import io.holdfast.benchmarks.holdfast.HoldfastNode;
import io.holdfast.benchmarks.holdfast.MapNode;
import io.holdfast.benchmarks.process.SystemUnderTest;
import java.nio.file.Path;
import java.util.List;

/** Who is measured, by the names that the rows use. */
final class Systems {
    static final String HOLDFAST = "holdfast";
    static final String FLOOR = "floor";
    static final String FLOOR_THREADS = "floor-threads";
    static final String MACHINE = "machine";
    static final List<String> PEERS = List.of("ratis", "sofajraft", "jgroups-raft", "aeron");
    static final List<String> FLOORS = List.of(FLOOR, FLOOR_THREADS);

    private final Path benchmarks;

    Systems(Path benchmarks) {
        this.benchmarks = benchmarks;
    }

    SystemUnderTest get(String name) {
        return switch (name) {
            case HOLDFAST -> own(name, HoldfastNode.class, 3);
            case FLOOR -> own(name, QuorumFloor.class, 3);
            case FLOOR_THREADS -> own(name, QuorumFloorThreads.class, 3);
            case "ratis" -> peer(name, "io.holdfast.benchmarks.ratis.RatisNode");
            case "sofajraft" -> peer(name, "io.holdfast.benchmarks.sofajraft.JRaftNode");
            case "jgroups-raft" -> peer(name, "io.holdfast.benchmarks.jgroupsraft.JGroupsRaftNode");
            case "aeron" -> peer(name, "io.holdfast.benchmarks.aeron.AeronNode");
            default -> throw new IllegalArgumentException("no system called " + name);
        };
    }

    /** Nodes that hold maps, with these flags; {@link MapNode#SNAPSHOT_BYTES} is among them or not. */
    SystemUnderTest maps(List<String> flags) {
        return own(HOLDFAST, MapNode.class, 3).withFlags(flags);
    }

    /** Nodes whose master has duties, so that a hand-over has callbacks to wait for. */
    SystemUnderTest duties() {
        return own(HOLDFAST, HoldfastNode.class, 3).withFlags(List.of("-D" + HoldfastNode.DUTIES + "=true"));
    }

    SystemUnderTest pingPong() {
        return own(MACHINE, PingPong.class, 2);
    }

    SystemUnderTest appends() {
        return own(MACHINE, ForcedAppends.class, 1);
    }

    private SystemUnderTest own(String name, Class<?> subject, int nodes) {
        return new SystemUnderTest(name, benchmarks.resolve("replication"), subject.getName(), nodes);
    }

    private SystemUnderTest peer(String name, String subject) {
        return new SystemUnderTest(name, benchmarks.resolve("peers").resolve(name), subject, 3);
    }
}
