package io.holdfast.autoscale.node;

import io.holdfast.autoscale.ScalingService;
import io.holdfast.core.FencingToken;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.spi.FeatureContext;
import io.holdfast.core.spi.ReplicatedState;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether this node is the one that decides: the log's master, or, without a log, who holds the role. Safe from any thread. */
final class Deciding {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    private final FeatureContext context;
    private final @Nullable ReplicatedState state;
    private volatile @Nullable FencingToken granted;

    Deciding(FeatureContext context, @Nullable ReplicatedState state) {
        this.context = context;
        this.state = state;
    }

    /** On the loop. */
    void start() {
        if (state == null) {
            FeatureContext.Standing unused =
                    context.stand(ScalingService.ROLE, STOP_WITHIN, token -> granted = token, reason -> granted = null);
        }
    }

    /** Under which token it decides; empty if it does not. */
    Optional<FencingToken> token() {
        ReplicatedState log = state;
        if (log == null) {
            return Optional.ofNullable(granted);
        }
        String self = context.node().id();
        return log.isMaster()
                ? log.announcedMaster()
                        .filter(holder -> holder.nodeId().equals(self))
                        .map(RoleHolder::token)
                : Optional.empty();
    }

    /** Who decides, as far as this node knows. */
    Optional<String> who() {
        if (token().isPresent()) {
            return Optional.of(context.node().id());
        }
        ReplicatedState log = state;
        return (log == null ? context.holder(ScalingService.ROLE) : log.announcedMaster()).map(RoleHolder::nodeId);
    }

    /** Under which token the log's master decides that this node has heard of last; empty if there is no log, or none is known. */
    Optional<FencingToken> announced() {
        ReplicatedState log = state;
        return log == null ? Optional.empty() : log.announcedMaster().map(RoleHolder::token);
    }
}
