package io.holdfast.membership.settings;

import static io.holdfast.membership.settings.MembershipOptions.AWAIT_OTHERS;
import static io.holdfast.membership.settings.MembershipOptions.KEYS;
import static io.holdfast.membership.settings.MembershipOptions.PROFILE;
import static io.holdfast.membership.settings.MembershipOptions.SEEDS;
import static io.holdfast.membership.settings.MembershipOptions.WITHOUT_DATAGRAMS;

import io.holdfast.core.KeyRing;
import io.holdfast.core.discovery.Discovery;
import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.HaFeature;
import io.holdfast.core.spi.Option;
import io.holdfast.membership.GossipMembership;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Makes gossip membership of what a file and the environment say; found by {@link java.util.ServiceLoader}. */
public final class MembershipProvider implements ConfigurableFeature {

    @Override
    public String name() {
        return "membership";
    }

    @Override
    public List<Option<?>> options() {
        return MembershipOptions.all();
    }

    @Override
    public HaFeature create(Values values) {
        List<String> seeds = values.given(SEEDS)
                .orElseThrow(() -> new IllegalArgumentException(values.name(SEEDS) + " is missing; write for example "
                        + values.name(SEEDS) + "=10.0.0.1:7400, 10.0.0.2:7400, or dns:shop.example:7400"));
        GossipMembership gossip = GossipMembership.discover(discovery(seeds, values))
                .profile(values.given(PROFILE).orElseGet(PROFILE::orDefault))
                .awaitOthers(values.given(AWAIT_OTHERS).orElseGet(AWAIT_OTHERS::orDefault));
        Optional<Path> keys = values.given(KEYS);
        if (keys.isPresent()) {
            gossip = gossip.keys(KeyRing.inFile(keys.get()));
        }
        return values.given(WITHOUT_DATAGRAMS).orElse(false) ? gossip.withoutDatagrams() : gossip;
    }

    private static Discovery discovery(List<String> seeds, Values values) {
        try {
            return Discovery.of(seeds);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(values.name(SEEDS) + ": " + wrong.getMessage(), wrong);
        }
    }
}
