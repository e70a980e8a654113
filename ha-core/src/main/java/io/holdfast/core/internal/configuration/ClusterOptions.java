package io.holdfast.core.internal.configuration;

import io.holdfast.core.Address;
import io.holdfast.core.internal.configuration.OptionTable.Group;
import io.holdfast.core.spi.ConfigurableFeature;
import io.holdfast.core.spi.Option;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** What can be set of the cluster, the node and TLS. The same ranges and defaults hold for the builder's methods. */
public final class ClusterOptions {
    private static final String NAME_RULE = "1 to 64 letters, digits, dots, hyphens and underscores";

    public static final Option<String> NAME = Option.text(
                    "name", "what all nodes of the cluster call it; required, save for a single node")
            .allowed(NAME_RULE);
    public static final Option<Boolean> SINGLE_NODE =
            Option.flag("singleNode", "a cluster of this node alone, named `single-node`, for development and tests");
    public static final Option<Duration> STOP_WITHIN = Option.duration(
                    "stopWithin",
                    "how long `onMaster` and `onSlave` together may go on after mastership has ended; the same on all nodes, save"
                            + " while a change is rolled out")
            .byDefault(Duration.ofSeconds(5))
            .within(Duration.ZERO, Duration.ofMinutes(10));
    public static final Option<Integer> MASTER_PRIORITY = Option.number(
                    "masterPriority",
                    "among nodes that are equally healthy and caught up the one with the highest is the master")
            .byDefault(0)
            .within(-100, 100);
    public static final Option<Boolean> HALT_ON_OVERRUN = Option.flag(
            "haltOnOverrun",
            "end the process, with status 71, if `onMaster` and `onSlave` overrun `stopWithin`; else that is logged and"
                    + " counted");
    public static final Option<Boolean> STOP_ON_SHUTDOWN = Option.flag(
                    "stopOnShutdown",
                    "stop the node in good order when the process is told to end, by SIGTERM for example, so that mastership"
                            + " and roles are handed over; false where the application sees to that itself")
            .byDefault(true);
    public static final Option<Integer> MAX_INBOUND_CONNECTIONS = Option.number(
                    "maxInboundConnections",
                    "how many connections of other nodes, clients and operators may be open at once; those above are closed"
                            + " unread. Each takes a file descriptor")
            .byDefault(1_024)
            .within(16, 1_000_000);
    public static final Option<Address> HTTP = Option.address(
            "http",
            "where probes and hooks are served in plain HTTP, on another port or host than the node's"
                    + " ([which](operations.md#probes-and-hooks-over-http)); nowhere by default");
    public static final Option<Boolean> HTTP_STATUS = Option.flag(
                    "httpStatus", "false to serve no `/status` there, and to answer the others without reasons")
            .byDefault(true);
    public static final Group CLUSTER = new Group(
            "cluster",
            List.of(
                    NAME,
                    SINGLE_NODE,
                    STOP_WITHIN,
                    MASTER_PRIORITY,
                    HALT_ON_OVERRUN,
                    STOP_ON_SHUTDOWN,
                    MAX_INBOUND_CONNECTIONS,
                    HTTP,
                    HTTP_STATUS),
            null);

    public static final Option<String> ID = Option.text(
                    "id", "the node's name for ever, whatever its address; required, save for a single node")
            .allowed(NAME_RULE);
    public static final Option<Boolean> CLIENT =
            Option.flag("client", "a process that uses the cluster without being part of it");
    public static final Option<Boolean> EPHEMERAL = Option.flag(
            "ephemeral",
            "one without a disk that comes and goes: it never has a vote, and is forgotten soon after it died");
    public static final Option<Address> BIND = Option.address(
                    "bind", "where to listen; port 0 for one that the system chooses")
            .byDefault(new Address("127.0.0.1", 0));
    public static final Option<Address> ADVERTISE =
            Option.address("advertise", "what others dial, where it differs from `bind`");
    public static final Option<String> ZONE = Option.text("zone", "the zone it stands in");
    public static final Option<Integer> WEIGHT = Option.number("weight", "how much of the load it takes beside others")
            .byDefault(1)
            .within(1, 1_000);
    public static final Option<List<String>> TAGS = Option.list("tags", "words", "its tags");
    public static final Option<Map<String, String>> SERVICES =
            Option.pairs("services", "name=URI", "services that it offers, such as `http=http://10.0.0.1:8080`");
    public static final Group NODE =
            new Group("node", List.of(ID, CLIENT, EPHEMERAL, BIND, ADVERTISE, ZONE, WEIGHT, TAGS, SERVICES), null);

    public static final Option<Path> CERTIFICATE_CHAIN =
            Option.path("certificateChain", "PEM file with the node's certificate, then who issued it, and so on");
    public static final Option<Path> PRIVATE_KEY = Option.path("privateKey", "PEM file with the key that fits it");
    public static final Option<Path> TRUSTED_CERTIFICATES = Option.path(
            "trustedCertificates",
            "PEM file with the authorities whose signature under a far end's certificate is believed");
    public static final Option<String> KEY_PASSWORD =
            Option.secret("keyPassword", "the password of `privateKey`, if that is encrypted");
    public static final Option<Map<String, String>> OPERATORS = Option.pairs(
                    "operators",
                    "name=role",
                    "who may command this node, by the name in the certificate, such as `alice=OPERATE,"
                            + " monitoring=READ`; nobody by default")
            .allowed("roles NONE, READ, OPERATE");
    public static final Option<Duration> REREAD_EVERY = Option.duration(
                    "rereadEvery", "how often the files are looked at")
            .byDefault(Duration.ofSeconds(5))
            .within(Duration.ofMillis(100), Duration.ofHours(1));
    public static final Group TLS = new Group(
            "tls",
            List.of(CERTIFICATE_CHAIN, PRIVATE_KEY, TRUSTED_CERTIFICATES, KEY_PASSWORD, OPERATORS, REREAD_EVERY),
            null);

    private ClusterOptions() {}

    /** These, and those of the features that are on the path. */
    public static OptionTable table() {
        List<Group> groups = new ArrayList<>(List.of(CLUSTER, NODE, TLS));
        // By our own loader: a thread's may be any, in a pool the system's, which sees nothing of an application in one
        // jar.
        ServiceLoader<ConfigurableFeature> found =
                ServiceLoader.load(ConfigurableFeature.class, ConfigurableFeature.class.getClassLoader());
        for (ConfigurableFeature feature : found) {
            groups.add(new Group(feature.name(), feature.options(), feature));
        }
        return new OptionTable(groups);
    }
}
