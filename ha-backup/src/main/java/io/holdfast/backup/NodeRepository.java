package io.holdfast.backup;

import io.holdfast.backup.BackupRepositoryException.Reason;
import io.holdfast.core.Address;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A directory of one of the cluster's nodes, as a repository of all of them: that node serves it to the others over the connections that nodes have
 * anyway, with the same TLS.
 *
 * <pre>{@code
 * Backups.to(
 *     BackupLayer.of("nas", BackupRepository.directory(nas)),
 *     BackupLayer.of("node-9", NodeRepository.at("node-9", Address.parse("10.9.0.1:7400"), Path.of("/srv/backups"))).offSite());
 * }</pre>
 *
 * <p>All nodes are given the same: the one that is named has the directory, which must exist there, and the others ask it. It works as a layer
 * of {@link Backups} in a node that runs, and nowhere else; where no node runs, use the directory itself.
 *
 * <p>Large objects are {@linkplain BackupRepository#resumable resumable}, and what is kept of one that broke off counts for {@link #maxBytes}. Where the
 * node that has the directory is of a release that did not know that, they are put as a whole.
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class NodeRepository implements BackupRepository {
    private final String nodeId;
    private final Address address;
    private final Path directory;
    private final long maxBytes;
    private final Set<String> allowed;
    private final Duration timeout;

    private NodeRepository(
            String nodeId, Address address, Path directory, long maxBytes, Set<String> allowed, Duration timeout) {
        this.nodeId = nodeId;
        this.address = address;
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.allowed = Set.copyOf(allowed);
        this.timeout = timeout;
    }

    /**
     * That directory of that node, for all members of the cluster and up to any size.
     *
     * @param address where the others reach it
     * @param directory there; it must exist, as for {@link BackupRepository#directory}
     */
    public static NodeRepository at(String nodeId, Address address, Path directory) {
        return new NodeRepository(nodeId, address, directory, Long.MAX_VALUE, Set.of(), Duration.ofSeconds(60));
    }

    /**
     * How much may lie there, at least 1 MiB; what would be more is refused as if the disk were full. No limit by default. What is kept in pieces of
     * objects that are not whole counts, for a week after it was last heard of.
     * The catalogue's own marks may be up to 16 MiB more, so that a layer that is full can be taken over and cleared.
     */
    public NodeRepository maxBytes(long bytes) {
        if (bytes < 1 << 20) {
            throw new IllegalArgumentException("maxBytes " + bytes + " is less than 1 MiB");
        }
        return new NodeRepository(nodeId, address, directory, bytes, allowed, timeout);
    }

    /**
     * Only these may use it: node ids or names of certificates, which with TLS have been verified. Without TLS a node is believed what it says of
     * itself. Every member of the cluster by default, and never a client.
     */
    public NodeRepository allow(String... names) {
        return new NodeRepository(nodeId, address, directory, maxBytes, Set.of(names), timeout);
    }

    /** How long nothing may be heard of a call before it has failed, 1 s to 10 min; 60 s by default. */
    public NodeRepository timeout(Duration time) {
        if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException("timeout " + time + " is not 1 s to 10 min");
        }
        return new NodeRepository(nodeId, address, directory, maxBytes, allowed, time);
    }

    /** Whose directory it is. */
    public String nodeId() {
        return nodeId;
    }

    /** Where the others reach that node. */
    public Address address() {
        return address;
    }

    /** Where it is on that node. */
    public Path directory() {
        return directory;
    }

    /** How much may lie there. */
    public long maxBytes() {
        return maxBytes;
    }

    /** Who may use it; empty for all members. */
    public Set<String> allowed() {
        return allowed;
    }

    /** How long nothing may be heard of a call. */
    public Duration timeout() {
        return timeout;
    }

    private BackupRepositoryException elsewhere() {
        return new BackupRepositoryException(
                Reason.UNAVAILABLE,
                describe() + " is reached by the cluster's running nodes alone; on that node, use its directory "
                        + directory,
                null);
    }

    @Override
    public boolean putIfAbsent(String name, Content content) {
        throw elsewhere();
    }

    @Override
    public InputStream read(String name, long offset) {
        throw elsewhere();
    }

    @Override
    public long size(String name) {
        throw elsewhere();
    }

    @Override
    public List<Stored> list(String prefix) {
        throw elsewhere();
    }

    @Override
    public boolean delete(String name) {
        throw elsewhere();
    }

    @Override
    public int collectUnfinished(Duration silentFor) {
        throw elsewhere();
    }

    @Override
    public String describe() {
        return "node " + nodeId + " at " + address;
    }

    @Override
    public String toString() {
        return describe();
    }
}
