package io.holdfast.membership.node;

import io.holdfast.core.KeyRing;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.discovery.Discovery;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.membership.MemberMessage;
import io.holdfast.membership.swim.MemberInfo;
import io.holdfast.membership.swim.SwimConfig;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What gossip was told.
 *
 * @param keys null for gossip in plain
 * @param datagrams false to use TCP alone
 * @param awaitOthers for how long a node that finds nobody is not ready
 * @param listener of messages, or null
 */
public record GossipSettings(
        Discovery discovery,
        SwimConfig config,
        KeyRing.@Nullable Source keys,
        boolean datagrams,
        Duration awaitOthers,
        @Nullable Consumer<MemberMessage> listener) {
    /** What a node's own description may take, so that there is room for what its running parts say. */
    static final int MOST_DESCRIPTION = MemberInfo.MAX_METADATA - 160;

    /** What one datagram carries beside the seal's own bytes. */
    private static final int DATAGRAM_BYTES = 1_300;

    /** Defaults. */
    public static GossipSettings of(Discovery discovery) {
        return new GossipSettings(
                discovery,
                SwimConfig.lan().datagramBytes(DATAGRAM_BYTES).build(),
                null,
                true,
                Duration.ofSeconds(10),
                null);
    }

    /** With other times. */
    public GossipSettings withTimes(SwimConfig.Builder times) {
        SwimConfig changed = times.datagramBytes(DATAGRAM_BYTES).build();
        return new GossipSettings(discovery, changed, keys, datagrams, awaitOthers, listener);
    }

    /** With keys. */
    public GossipSettings withKeys(KeyRing.Source source) {
        return new GossipSettings(discovery, config, source, datagrams, awaitOthers, listener);
    }

    /** With datagrams or without. */
    public GossipSettings withDatagrams(boolean used) {
        return new GossipSettings(discovery, config, keys, used, awaitOthers, listener);
    }

    /** With another wait. */
    public GossipSettings withAwaitOthers(Duration limit) {
        return new GossipSettings(discovery, config, keys, datagrams, limit, listener);
    }

    /** With a listener. */
    public GossipSettings withListener(Consumer<MemberMessage> messages) {
        return new GossipSettings(discovery, config, keys, datagrams, awaitOthers, messages);
    }

    /** Refuses what cannot work, with what to write instead. */
    public void validate(HaFeature.Settings cluster) {
        if (cluster.node().isClient()) {
            if (listener != null) {
                throw new IllegalArgumentException("node " + cluster.node().id()
                        + " is a client, and messages go from member to member; leave .onMessage(...) out");
            }
            return;
        }
        if (cluster.tls() && keys == null && datagrams) {
            throw new IllegalArgumentException(
                    "node " + cluster.node().id() + " encrypts its connections, and its gossip by"
                            + " datagrams would be in plain; add .keys(KeyRing.inFile(...)) to GossipMembership, the same keys on all"
                            + " nodes, or .withoutDatagrams()");
        }
        int length = MetadataCodec.encode(cluster.node(), MemberFacts.NONE).length;
        if (length > MOST_DESCRIPTION) {
            throw new IllegalArgumentException(
                    "what node " + cluster.node().id() + " says of itself (zone, tags, services)"
                            + " takes " + length + " bytes, and gossip carries " + MOST_DESCRIPTION
                            + "; shorten the URIs of its services, or leave tags out");
        }
    }
}
