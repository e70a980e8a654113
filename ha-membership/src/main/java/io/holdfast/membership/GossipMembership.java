package io.holdfast.membership;

import io.holdfast.core.KeyRing;
import io.holdfast.core.discovery.Discovery;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.RunningFeature;
import io.holdfast.membership.node.ClientView;
import io.holdfast.membership.node.GossipNode;
import io.holdfast.membership.node.GossipSettings;
import io.holdfast.membership.settings.MembershipOptions;
import io.holdfast.membership.swim.SwimConfig;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Who is there, by gossip: SWIM (Das, Gupta, Motivala, DSN 2002) with Lifeguard (Dadgar, Phillips, Currey, DSN 2018), over UDP on
 * the node's port where that gets through, and over TCP where not. Each node knows every other; a death is noticed by evidence
 * (a connection that breaks and is refused) within a second, and by silence within some seconds; who is slow defends itself.
 *
 * <pre>{@code
 * HaCluster.builder("shop")
 *     .node(Node.of("node-1").bind("0.0.0.0:7400").advertise("10.0.0.1:7400"))
 *     .with(GossipMembership.seeds("dns:shop.example:7400").keys(KeyRing.inFile(Path.of("/etc/shop/gossip.keys"))))
 * }</pre>
 *
 * <p>A {@linkplain io.holdfast.core.Node#client client} that is given this is no member: it is not gossiped about, and has a member
 * tell it who is there, over one connection, with the same keys where there are keys. It turns to another when that one is gone.
 *
 * <p>Immutable: each method returns a changed copy.
 */
public final class GossipMembership implements HaFeature {
    private final GossipSettings settings;

    private GossipMembership(GossipSettings settings) {
        this.settings = settings;
    }

    /**
     * Finds others at these seeds, see {@link Discovery#of(List)}; a node's own address among them does no harm, so all nodes
     * may have the same list.
     */
    public static GossipMembership seeds(String... seeds) {
        return discover(Discovery.of(seeds));
    }

    /** Finds others by that. */
    public static GossipMembership discover(Discovery discovery) {
        return new GossipMembership(GossipSettings.of(discovery));
    }

    /** How far apart the members are; {@link Profile#LAN} by default. The same on all nodes. */
    public GossipMembership profile(Profile profile) {
        SwimConfig.Builder builder =
                switch (profile) {
                    case LAN -> SwimConfig.lan();
                    case WAN -> SwimConfig.wan();
                    case LOCAL -> SwimConfig.local();
                };
        return new GossipMembership(settings.withTimes(builder));
    }

    /**
     * Seals all gossip with keys that the nodes share (AES-256-GCM), so that whoever has none learns and changes nothing. The
     * same on all nodes. By default gossip is in plain; where {@code .tls(...)} is set keys are demanded, since certificates
     * protect connections and not datagrams.
     */
    public GossipMembership keys(KeyRing.Source keys) {
        return new GossipMembership(settings.withKeys(keys));
    }

    /** Does without UDP: none is bound, all goes over TCP, at some more cost. For networks that let no datagrams through anyway. */
    public GossipMembership withoutDatagrams() {
        return new GossipMembership(settings.withDatagrams(false));
    }

    /**
     * For how long a node that finds nobody is not ready, 0 to 1 h; 10 s by default. After that it serves alone, degraded, and
     * goes on looking.
     */
    public GossipMembership awaitOthers(Duration limit) {
        return new GossipMembership(settings.withAwaitOthers(MembershipOptions.AWAIT_OTHERS.check(limit)));
    }

    /**
     * Who hears the messages of other members' code, see {@link MemberGossip}. Called where callbacks run, one after the other.
     * At most 1,024 wait; more are dropped, and counted.
     */
    public GossipMembership onMessage(Consumer<MemberMessage> listener) {
        return new GossipMembership(settings.withListener(listener));
    }

    @Override
    public String name() {
        return "membership";
    }

    @Override
    public boolean isMembership() {
        return true;
    }

    @Override
    public void validate(Settings cluster) {
        settings.validate(cluster);
    }

    @Override
    public RunningFeature create(FeatureContext context) {
        return context.node().isClient() ? new ClientView(settings, context) : new GossipNode(settings, context);
    }

    @Override
    public String toString() {
        return "gossip membership by " + settings.discovery().description();
    }
}
