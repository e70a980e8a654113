package io.holdfast.membership.settings;

import io.holdfast.core.spi.Option;
import io.holdfast.membership.Profile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What can be set of gossip membership. The same ranges and defaults hold for the methods of {@code GossipMembership}. */
public final class MembershipOptions {
    public static final Option<List<String>> SEEDS = Option.list(
                    "seeds",
                    "seeds",
                    "where others are found ([what may be written](membership.md#using-it)); the same list on all nodes, this one"
                            + " may be in it; required")
            .allowed("host:port, dns:name:port, srv:name or file:path, at least one");
    public static final Option<Profile> PROFILE = Option.choice(
                    "profile", Profile.class, "how far apart the members are; the same on all nodes")
            .byDefault(Profile.LAN);
    public static final Option<Path> KEYS = Option.path(
            "keys",
            "a file with the keys that seal all gossip, one a line, read again while running"
                    + " ([how](security.md#datagrams)); the same keys on all nodes; required with TLS, unless there are no datagrams");
    public static final Option<Boolean> WITHOUT_DATAGRAMS =
            Option.flag("withoutDatagrams", "gossip over TCP alone, for networks that let no datagrams through");
    public static final Option<Duration> AWAIT_OTHERS = Option.duration(
                    "awaitOthers", "for how long a node that finds nobody is not ready")
            .byDefault(Duration.ofSeconds(10))
            .within(Duration.ZERO, Duration.ofHours(1));

    private MembershipOptions() {}

    /** In the order in which they are shown. */
    static List<Option<?>> all() {
        return List.of(SEEDS, PROFILE, KEYS, WITHOUT_DATAGRAMS, AWAIT_OTHERS);
    }
}
