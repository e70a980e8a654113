package io.holdfast.verification.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The house rules, executable: who may know whom, what is not called, how little is public. */
class ArchitectureTest {
    private static final String AUTOSCALE = "io.holdfast.autoscale";
    private static final String BACKUP = "io.holdfast.backup";
    private static final String CORE = "io.holdfast.core";
    private static final String LOADBALANCE = "io.holdfast.loadbalance";
    private static final String MEMBERSHIP = "io.holdfast.membership";
    private static final String REPLICATION = "io.holdfast.replication";

    /** Uses of banned API that are right, each with its reason. Whatever is not here fails. */
    private static final Map<String, String> EXCEPTIONS = new TreeMap<>();

    static {
        String application = "a limit on a wait of the application's own thread, outside every protocol";
        EXCEPTIONS.put(CORE + ".ClusterRun: java.lang.System.nanoTime", application);
        EXCEPTIONS.put(REPLICATION + ".CompareAndSetLoop: java.lang.System.nanoTime", application);
        String thread = CORE + ".internal.thread.NodeThread.<init>";
        EXCEPTIONS.put(
                CORE + ".internal.thread.NodeThread: io.netty.util.concurrent.FastThreadLocalThread.<init>",
                "what the others are made of");
        EXCEPTIONS.put(
                CORE + ".TenureWatch: " + thread,
                "what watches the ends of grants must not depend on a loop or a worker that may stand still");
        EXCEPTIONS.put(
                CORE + ".ClusterRun: " + thread,
                "a node that stops because it failed cannot do so on its own loop, nor count on a worker");
        EXCEPTIONS.put(CORE + ".ShutdownHook: " + thread, "the JVM wants a thread that it starts when it ends");
        EXCEPTIONS.put(
                CORE + ".internal.http.HttpEndpoint: " + thread,
                "probes are answered also while the loop stands still");
        String real = "the real form of a seam";
        String netty = CORE + ".internal.netty.";
        EXCEPTIONS.put(netty + "RealRuntime: " + thread, real);
        EXCEPTIONS.put(netty + "NamedWorker: " + thread, real);
        EXCEPTIONS.put(netty + "RealRuntime: java.security.SecureRandom", real);
        EXCEPTIONS.put(netty + "SystemClock: java.lang.System.nanoTime", real);
        EXCEPTIONS.put(netty + "SystemClock: java.lang.System.currentTimeMillis", real);
        EXCEPTIONS.put(netty + "NamedWorker: java.lang.System.nanoTime", real);
        EXCEPTIONS.put(netty + "SystemResolver: java.net.*", real);
        EXCEPTIONS.put(netty + "NettyTransport: java.net.*", real);
        EXCEPTIONS.put(
                netty + "HalfOpen: java.net.*", "compares the bytes of far ends' addresses, which looks nothing up");
        EXCEPTIONS.put(netty + "NettyDatagrams: java.net.*", real);
        EXCEPTIONS.put(CORE + ".discovery.NameSeeds: java.net.*", "writes addresses that the Resolver found");
        EXCEPTIONS.put(
                CORE + ".discovery.FileSeeds: java.nio.file.Files",
                "reads an operator's file, on a worker, as TLS does");
        EXCEPTIONS.put(LOADBALANCE + ".ScheduledBalancerRuntime: java.lang.System.nanoTime", real);
        EXCEPTIONS.put(LOADBALANCE + ".Failure: java.net.*", "names exceptions, and opens nothing");
        EXCEPTIONS.put(LOADBALANCE + ".Failure: java.nio.channels.*", "names an exception, and opens nothing");
        EXCEPTIONS.put(LOADBALANCE + ".NameLookup: java.net.*", "where there is no node; on the caller's executor");
        String file = CORE + ".internal.file.";
        EXCEPTIONS.put(file + "DirectoryLock: java.nio.file.Files", real);
        EXCEPTIONS.put(file + "DirectoryLock: java.nio.channels.*", real);
        EXCEPTIONS.put(file + "FileStorage: java.nio.file.Files", real);
        EXCEPTIONS.put(file + "WriteFailure: java.nio.file.Files", real);
        EXCEPTIONS.put(file + "FileStorage: java.nio.channels.*", real);
        EXCEPTIONS.put(file + "ChannelFile: java.nio.channels.*", real);
        EXCEPTIONS.put(file + "BlockWriter: java.nio.channels.*", real);
        EXCEPTIONS.put(
                CORE + ".internal.tls.PemFiles: java.nio.file.Files",
                "certificates are the operator's files, not the node's storage, and read before there is a runtime");
        EXCEPTIONS.put(
                CORE + ".KeyFile: java.nio.file.Files",
                "keys are the operator's file, not the node's storage, and the same in every runtime");
        EXCEPTIONS.put(
                CORE + ".internal.tls.PeerTrust: java.net.*", "the JDK's trust manager has a socket in its signatures");
        EXCEPTIONS.put(
                CORE + ".internal.configuration.OperatorFiles: java.nio.file.Files",
                "an operator's files, not the node's storage, and read before there is a runtime");
        EXCEPTIONS.put(BACKUP + ".directory.DirectoryRepository: java.nio.file.Files", real);
        EXCEPTIONS.put(BACKUP + ".directory.ResumableNames: java.nio.file.Files", real);
        EXCEPTIONS.put(BACKUP + ".directory.Failures: java.nio.file.Files", real);
        EXCEPTIONS.put(
                BACKUP + ".directory.DirectoryRepository: java.util.UUID.randomUUID",
                "names of temporary files, which no two machines may share, and of which nothing remains");
        EXCEPTIONS.put(
                BACKUP + ".directory.ResumableNames: java.util.UUID.randomUUID",
                "as those, and who writes them is told apart by it");
        String processes = AUTOSCALE + ".target.";
        EXCEPTIONS.put(
                processes + "Deadline: java.lang.System.nanoTime",
                "a limit on waits for a process, outside every protocol");
        String started = "what is known of this host's processes, which outlives every node and is not its storage";
        for (String of : List.of(
                "DirectoryGuard", "Launcher", "LogFiles", "ProcessDirectory", "ProcessIdentity", "ProcessTree")) {
            EXCEPTIONS.put(processes + of + ": java.nio.file.Files", started);
        }
        for (String of : List.of("DirectoryGuard", "LogFiles", "ProcessDirectory", "ProcessTarget")) {
            EXCEPTIONS.put(processes + of + ": java.nio.channels.*", started);
        }
        EXCEPTIONS.put(AUTOSCALE + ".replay.TraceFile: java.nio.file.Files", "an operator's file");
        String seeded = "the same traces on every machine, from a seed";
        EXCEPTIONS.put(AUTOSCALE + ".replay.SyntheticTraces: java.util.Random", seeded);
        EXCEPTIONS.put(AUTOSCALE + ".replay.ServiceModel: java.util.Random", seeded);
        String left = "a call of a file server that is gone cannot be interrupted, and its thread is left to it";
        EXCEPTIONS.put(BACKUP + ".restore.BoundedRepository: java.lang.Thread.<init>", left);
        EXCEPTIONS.put(BACKUP + ".restore.BoundedRepository: java.util.concurrent.Executors", left);
        String source = BACKUP + ".source.";
        EXCEPTIONS.put(
                source + "Deadline: java.lang.System.nanoTime",
                "a limit on waits for a process, and between signs of life, outside every protocol");
        EXCEPTIONS.put(
                source + "RunningCommand: java.lang.Thread.<init>",
                "reading a pipe cannot be interrupted, and what ends it must not depend on a worker that may stand still");
        String backedUp = "reads or brings back an operator's files, which are not the node's storage";
        EXCEPTIONS.put(source + "DirectorySource: java.nio.file.Files", backedUp);
        EXCEPTIONS.put(source + "FileFacts: java.nio.file.Files", backedUp);
        EXCEPTIONS.put(source + "OwnerNames: java.nio.file.Files", backedUp);
        EXCEPTIONS.put(source + "TreeWriter: java.nio.file.Files", backedUp);
        EXCEPTIONS.put(source + "TreeReader: java.nio.file.Files", backedUp);
        EXCEPTIONS.put(source + "TreeReader: java.nio.channels.*", backedUp);
        EXCEPTIONS.put(
                BACKUP + ".plan.Trees: java.nio.file.Files",
                "removes what a user's check has restored for a trial, which is not the node's storage");
        for (String meter : List.of("Counter", "Gauge", "Timer")) {
            EXCEPTIONS.put(
                    CORE + ".spi.Measure: io.micrometer.core.instrument." + meter + ".builder",
                    "the one place that makes meters");
        }
        String addresses = "makes and prints addresses of given bytes, which looks nothing up";
        EXCEPTIONS.put("io.holdfast.testkit.Hosts: java.net.*", addresses);
        EXCEPTIONS.put("io.holdfast.testkit.NodeTransport: java.net.*", addresses);
    }

    private static final Set<String> EXPORTED = Set.of(
            AUTOSCALE,
            AUTOSCALE + ".replay",
            BACKUP,
            BACKUP + ".source",
            CORE,
            CORE + ".discovery",
            CORE + ".runtime",
            CORE + ".spi",
            LOADBALANCE,
            MEMBERSHIP,
            REPLICATION,
            "io.holdfast.testkit",
            "io.holdfast.integrations.election");

    /** Lowest first: a package knows those beside its name and no other of its module. */
    private static final Map<String, Set<String>> CORE_LAYERS = new LinkedHashMap<>();

    private static final Map<String, Set<String>> AUTOSCALE_LAYERS = new LinkedHashMap<>();

    private static final Map<String, Set<String>> BACKUP_LAYERS = new LinkedHashMap<>();

    private static final Map<String, Set<String>> LOADBALANCE_LAYERS = new LinkedHashMap<>();

    private static final Map<String, Set<String>> MEMBERSHIP_LAYERS = new LinkedHashMap<>();

    private static final Map<String, Set<String>> REPLICATION_LAYERS = new LinkedHashMap<>();

    static {
        CORE_LAYERS.put("vocabulary", Set.of());
        CORE_LAYERS.put("runtime", Set.of("vocabulary"));
        CORE_LAYERS.put("spi", Set.of("vocabulary", "runtime"));
        CORE_LAYERS.put("discovery", Set.of("vocabulary", "runtime", "spi"));
        CORE_LAYERS.put("internal.thread", Set.of());
        CORE_LAYERS.put("internal.configuration", Set.of("vocabulary", "spi"));
        CORE_LAYERS.put("internal.file", Set.of("runtime"));
        CORE_LAYERS.put("internal.tls", Set.of("runtime", "spi"));
        CORE_LAYERS.put(
                "internal.netty",
                Set.of("vocabulary", "runtime", "spi", "internal.thread", "internal.file", "internal.tls"));
        CORE_LAYERS.put("internal.link", Set.of("vocabulary", "runtime", "spi"));
        CORE_LAYERS.put("internal.operator", Set.of("vocabulary", "runtime", "spi"));
        CORE_LAYERS.put("internal.seal", Set.of("vocabulary", "runtime", "spi"));
        CORE_LAYERS.put("internal.http", Set.of("internal.thread"));
        CORE_LAYERS.put(
                "",
                Set.of(
                        "vocabulary",
                        "runtime",
                        "spi",
                        "internal.thread",
                        "internal.configuration",
                        "internal.tls",
                        "internal.netty",
                        "internal.link",
                        "internal.operator",
                        "internal.seal",
                        "internal.http"));

        AUTOSCALE_LAYERS.put("vocabulary", Set.of());
        AUTOSCALE_LAYERS.put("decide", Set.of("vocabulary"));
        AUTOSCALE_LAYERS.put("fleet", Set.of("vocabulary", "decide"));
        AUTOSCALE_LAYERS.put("node", Set.of("vocabulary", "decide", "fleet"));
        AUTOSCALE_LAYERS.put("target", Set.of("vocabulary"));
        AUTOSCALE_LAYERS.put("settings", Set.of());
        AUTOSCALE_LAYERS.put("replay", Set.of("vocabulary", "decide"));
        AUTOSCALE_LAYERS.put("", Set.of("vocabulary", "decide", "fleet", "node", "target"));

        BACKUP_LAYERS.put("crypto", Set.of());
        BACKUP_LAYERS.put("vocabulary", Set.of("crypto"));
        BACKUP_LAYERS.put("directory", Set.of("vocabulary"));
        BACKUP_LAYERS.put("remote", Set.of("crypto", "vocabulary", "directory"));
        BACKUP_LAYERS.put("container", Set.of("crypto", "vocabulary"));
        BACKUP_LAYERS.put("catalog", Set.of("crypto", "vocabulary", "container"));
        BACKUP_LAYERS.put("state", Set.of("vocabulary"));
        BACKUP_LAYERS.put("logical", Set.of("vocabulary", "state"));
        BACKUP_LAYERS.put("restore", Set.of("vocabulary", "container", "catalog"));
        BACKUP_LAYERS.put("plan", Set.of("vocabulary", "remote", "container", "catalog", "state", "restore"));
        BACKUP_LAYERS.put("settings", Set.of("vocabulary"));
        BACKUP_LAYERS.put("", Set.of("vocabulary", "container", "catalog", "state", "logical", "restore", "plan"));
        BACKUP_LAYERS.put("source", Set.of("vocabulary"));

        LOADBALANCE_LAYERS.put("vocabulary", Set.of());
        LOADBALANCE_LAYERS.put("pick", Set.of());
        LOADBALANCE_LAYERS.put("outlier", Set.of("vocabulary", "pick"));
        LOADBALANCE_LAYERS.put("route", Set.of("vocabulary", "pick"));
        LOADBALANCE_LAYERS.put("", Set.of("vocabulary", "pick", "outlier", "route"));

        MEMBERSHIP_LAYERS.put("swim", Set.of());
        MEMBERSHIP_LAYERS.put("wire", Set.of("swim"));
        MEMBERSHIP_LAYERS.put("vocabulary", Set.of());
        MEMBERSHIP_LAYERS.put("node", Set.of("vocabulary", "swim", "wire"));
        MEMBERSHIP_LAYERS.put("settings", Set.of("vocabulary"));
        MEMBERSHIP_LAYERS.put("", Set.of("vocabulary", "swim", "node", "settings"));

        REPLICATION_LAYERS.put("vocabulary", Set.of());
        REPLICATION_LAYERS.put("log", Set.of());
        REPLICATION_LAYERS.put("snapshot", Set.of());
        REPLICATION_LAYERS.put("raft", Set.of("log"));
        REPLICATION_LAYERS.put("roles", Set.of());
        REPLICATION_LAYERS.put("locks", Set.of());
        REPLICATION_LAYERS.put("session", Set.of("vocabulary"));
        REPLICATION_LAYERS.put("wire", Set.of("log", "raft", "session"));
        REPLICATION_LAYERS.put("structures", Set.of("vocabulary"));
        REPLICATION_LAYERS.put("client", Set.of("session", "wire", "locks"));
        REPLICATION_LAYERS.put("bootstrap", Set.of("log"));
        REPLICATION_LAYERS.put(
                "node",
                Set.of(
                        "vocabulary",
                        "log",
                        "snapshot",
                        "raft",
                        "roles",
                        "locks",
                        "session",
                        "wire",
                        "client",
                        "bootstrap",
                        "structures"));
        REPLICATION_LAYERS.put("settings", Set.of("vocabulary"));
        REPLICATION_LAYERS.put(
                "", Set.of("vocabulary", "session", "structures", "locks", "client", "node", "settings"));
    }

    /** Classes that reach up, each with its reason. */
    private static final Map<String, String> REACHING_UP = Map.ofEntries(
            Map.entry(
                    CORE + ".runtime.Storage -> " + CORE + ".internal.file.FileStorage",
                    "Storage.files() is how tools reach the real form without a node"),
            Map.entry(
                    BACKUP + ".BackupRepository -> " + BACKUP + ".directory.DirectoryRepository",
                    "the repository that everybody has is made by the contract itself"),
            Map.entry(
                    REPLICATION + ".node.OfflineReplay -> " + REPLICATION + ".OfflineLog",
                    "it fills the report that OfflineLog hands out"),
            Map.entry(
                    REPLICATION + ".node.OfflineReader -> " + REPLICATION + ".OfflineDirectory",
                    "it fills what OfflineDirectory hands out"),
            Map.entry(
                    REPLICATION + ".settings.ReplicationProvider -> " + REPLICATION + ".LogReplication",
                    "what a file and the environment say becomes what the builder makes"),
            Map.entry(
                    BACKUP + ".settings.BackupProvider -> " + BACKUP + ".Backups",
                    "what a file and the environment say becomes what the builder makes"),
            Map.entry(AUTOSCALE + ".settings.AutoscaleProvider -> " + AUTOSCALE + ".Autoscaling", "the same"),
            Map.entry(AUTOSCALE + ".settings.AutoscaleProvider -> " + AUTOSCALE + ".CommandTarget", "the same"),
            Map.entry(AUTOSCALE + ".settings.AutoscaleProvider -> " + AUTOSCALE + ".TargetTracking", "the same"),
            Map.entry(MEMBERSHIP + ".settings.MembershipProvider -> " + MEMBERSHIP + ".GossipMembership", "the same"),
            Map.entry(
                    REPLICATION + ".node.LostQuorum -> " + REPLICATION + ".OfflineRecovery",
                    "it fills the plan that OfflineRecovery hands out"),
            Map.entry(
                    REPLICATION + ".node.Restoration -> " + REPLICATION + ".OfflineRestore",
                    "it takes what OfflineRestore is given, and fills what that hands out"),
            Map.entry(
                    REPLICATION + ".node.Trial -> " + REPLICATION + ".OfflineRestore",
                    "it is a restore like any other"));

    /** What a module's root package exports and the packages beneath it speak, too. */
    private static final Map<String, Set<String>> VOCABULARY = Map.of(
            AUTOSCALE,
            Set.of(
                    "Capabilities",
                    "Instance",
                    "Largest",
                    "Load",
                    "LoadHistory",
                    "LoadSnapshot",
                    "LoadSource",
                    "ScalingDecision",
                    "ScalingLimits",
                    "ScalingPolicy",
                    "ScalingRate",
                    "ScalingService",
                    "ScalingStatus",
                    "ScalingTarget",
                    "ScalingTargetException",
                    "ScalingView",
                    "StartOrder",
                    "StopOrder",
                    "Wish"),
            BACKUP,
            Set.of(
                    "BackupInfo",
                    "BackupKeys",
                    "BackupKind",
                    "BackupLayer",
                    "BackupRepository",
                    "BackupRepositoryException",
                    "BackupService",
                    "BackupSource",
                    "CronTimes",
                    "Damage",
                    "DamagedBackupException",
                    "DrillCheck",
                    "DrillInfo",
                    "KeyProvider",
                    "KeyUnavailableException",
                    "LogFeed",
                    "LogRange",
                    "NodePlace",
                    "NodeRepository",
                    "NotPublishedException",
                    "ObjectNames",
                    "Places",
                    "PruneReport",
                    "PruneVerdict",
                    "RepositoryProvider",
                    "RestoreBound",
                    "RestorePlan",
                    "RestoreRefusedException",
                    "ResumablePut",
                    "Retention",
                    "RingKeys",
                    "Schedule"),
            CORE,
            Set.of(
                    "Address",
                    "ChangeRefusedException",
                    "OutcomeUnknownException",
                    "NotAvailableException",
                    "NotAllowedException",
                    "SafeToStop",
                    "Explanation",
                    "FencingToken",
                    "HaEvent",
                    "Health",
                    "KeyFile",
                    "KeyRing",
                    "Member",
                    "MemberEvent",
                    "MemberFacts",
                    "MemberState",
                    "Members",
                    "Node",
                    "OperatorRole",
                    "ReplicaRole",
                    "RoleHolder",
                    "HoldfastException",
                    "StartFailedException"),
            LOADBALANCE,
            Set.of("Algorithm", "OutlierSettings", "Ranges"),
            MEMBERSHIP,
            Set.of("MemberMessage", "MemberGossip", "Profile"),
            REPLICATION,
            Set.of(
                    "StateMachine",
                    "StateSnapshot",
                    "LogStatus",
                    "Acknowledgement",
                    "Autopilot",
                    "VoterChange",
                    "VoterList"));

    @Test
    void modulesKnowOnlyWhatIsBeneathThem() {
        Map<String, Set<String>> known = Map.of(
                "autoscale", Set.of("autoscale", "core"),
                "backup", Set.of("backup", "core"),
                "core", Set.of("core"),
                "loadbalance", Set.of("loadbalance", "core"),
                "membership", Set.of("membership", "core"),
                "replication", Set.of("replication", "core"),
                "testkit", Set.of("testkit", "core"),
                "integrations", Set.of("integrations", "core"));
        Set<String> wrong = new TreeSet<>();
        known.forEach((module, allowed) -> {
            long classes = Products.inModule(module)
                    .peek(c -> Products.knownTo(c).stream()
                            .filter(name -> name.startsWith("io.holdfast."))
                            .filter(name -> !allowed.contains(name.split("\\.")[2]))
                            .forEach(name -> wrong.add(c.getName() + " knows " + name)))
                    .toList()
                    .size();
            assertTrue(classes > 20, "only " + classes + " classes of " + module + " were found");
        });
        assertEquals(Set.of(), wrong);
    }

    @Test
    void anotherModuleSeesExportedPackagesOnly() {
        Set<String> exported = EXPORTED;
        Set<String> wrong = new TreeSet<>();
        for (JavaClass c : Products.CLASSES) {
            for (String name : Products.knownTo(c)) {
                boolean foreign = name.startsWith("io.holdfast.")
                        && !name.split("\\.")[2].equals(c.getName().split("\\.")[2]);
                if (foreign && !exported.contains(Products.packageOf(name))) {
                    wrong.add(c.getName() + " knows " + name);
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void packagesOfTheCoreAreLayers() {
        assertLayers(CORE, CORE_LAYERS);
    }

    @Test
    void packagesOfAutoscalingAreLayers() {
        assertLayers(AUTOSCALE, AUTOSCALE_LAYERS);
    }

    @Test
    void packagesOfBackupAreLayers() {
        assertLayers(BACKUP, BACKUP_LAYERS);
    }

    @Test
    void packagesOfLoadBalancingAreLayers() {
        assertLayers(LOADBALANCE, LOADBALANCE_LAYERS);
    }

    @Test
    void packagesOfMembershipAreLayers() {
        assertLayers(MEMBERSHIP, MEMBERSHIP_LAYERS);
    }

    @Test
    void packagesOfReplicationAreLayers() {
        assertLayers(REPLICATION, REPLICATION_LAYERS);
    }

    private static void assertLayers(String root, Map<String, Set<String>> layers) {
        Set<String> lower = new TreeSet<>();
        layers.forEach((layer, known) -> {
            assertTrue(lower.containsAll(known), layer + " may know " + known + ", which is not beneath it: a cycle");
            lower.add(layer);
        });
        Map<String, Set<String>> used = new TreeMap<>();
        Set<String> unusedReaches = new TreeSet<>(REACHING_UP.keySet());
        unusedReaches.removeIf(reach -> !reach.startsWith(root + "."));
        Set<String> wrong = new TreeSet<>();
        Products.inModule(root.substring("io.holdfast.".length())).forEach(c -> {
            String from = layer(root, Products.topLevelName(c));
            for (String name : Products.knownTo(c)) {
                String to = layer(root, name);
                String reach = Products.topLevelName(c) + " -> " + name;
                if (REACHING_UP.containsKey(reach)) {
                    unusedReaches.remove(reach);
                } else if (!to.equals("elsewhere") && !to.equals(from)) {
                    used.computeIfAbsent(from, l -> new TreeSet<>()).add(to);
                    if (!layers.getOrDefault(from, Set.of()).contains(to)) {
                        wrong.add(from + " -> " + to + ": " + c.getName() + " knows " + name);
                    }
                }
            }
        });
        assertEquals(Set.of(), wrong);
        assertEquals(Set.of(), unusedReaches, "classes that no longer reach up");
        layers.forEach((layer, known) -> assertEquals(
                new TreeSet<>(known),
                used.getOrDefault(layer, Set.of()),
                "'" + layer + "' of " + root + " no longer knows all that it may; take the permission away"));
    }

    private static String layer(String root, String className) {
        String name = Products.packageOf(className);
        if (name.equals(root)) {
            String simple = className.substring(root.length() + 1);
            return VOCABULARY.get(root).contains(simple) ? "vocabulary" : "";
        }
        return name.startsWith(root + ".") ? name.substring(root.length() + 1) : "elsewhere";
    }

    @Test
    void theRaftCoreKnowsNothingOfTheWorld() {
        Set<String> wrong = new TreeSet<>();
        Products.inModule("replication.raft").forEach(c -> {
            for (String name : Products.knownTo(c)) {
                boolean allowed = !name.contains(".") // a primitive type
                        || name.startsWith("java.lang.")
                        || name.equals("java.io.Serializable")
                        || (name.startsWith("java.util.") && !name.startsWith("java.util.concurrent."))
                        || name.startsWith("org.jspecify.annotations.")
                        || name.startsWith(REPLICATION + ".raft.")
                        || name.equals(REPLICATION + ".log.BatchMeta")
                        || name.equals(REPLICATION + ".log.BatchTable")
                        || name.equals(REPLICATION + ".log.LogBase")
                        || name.equals(REPLICATION + ".log.Configuration")
                        || name.equals(REPLICATION + ".log.FeatureLevel")
                        || name.equals(REPLICATION + ".log.Voter")
                        || name.equals(CORE + ".spi.MalformedFrameException");
                if (!allowed || name.equals("java.lang.Thread")) {
                    wrong.add(c.getName() + " knows " + name);
                }
            }
        });
        assertEquals(Set.of(), wrong);
    }

    @Test
    void theGossipCoreKnowsNothingOfTheWorld() {
        Set<String> wrong = new TreeSet<>();
        Products.inModule("membership.swim").forEach(c -> {
            for (String name : Products.knownTo(c)) {
                boolean allowed = !name.contains(".") // a primitive type
                        || name.startsWith("java.lang.")
                        || (name.startsWith("java.util.") && !name.startsWith("java.util.concurrent."))
                        || name.equals("java.time.Duration")
                        || name.startsWith("org.jspecify.annotations.")
                        || name.startsWith(MEMBERSHIP + ".swim.")
                        || name.equals(CORE + ".Address")
                        || name.equals(CORE + ".MemberState");
                if (!allowed || name.equals("java.lang.Thread")) {
                    wrong.add(c.getName() + " knows " + name);
                }
            }
        });
        assertEquals(Set.of(), wrong);
    }

    /** The codec of what is kept apart, which is a function of its bytes, too, and uses Jackson for it. */
    @Test
    void theScalingCoresKnowNothingOfTheWorld() {
        Set<String> wrong = new TreeSet<>();
        for (String part : List.of("decide", "fleet")) {
            Products.inModule("autoscale." + part).forEach(c -> {
                boolean codec = Products.topLevelName(c).equals(AUTOSCALE + ".fleet.RecordCodec");
                for (String name : Products.knownTo(c)) {
                    boolean allowed = !name.contains(".") // a primitive type
                            || name.startsWith("java.lang.")
                            || (name.startsWith("java.util.") && !name.startsWith("java.util.concurrent."))
                            || name.equals("java.util.concurrent.TimeUnit")
                            || name.equals("java.time.Duration")
                            || name.equals("java.time.Instant")
                            || name.startsWith("org.jspecify.annotations.")
                            || name.startsWith(AUTOSCALE + ".")
                            || name.equals(CORE + ".FencingToken")
                            || name.equals(CORE + ".MemberState")
                            || name.equals(CORE + ".ReplicaRole")
                            || (codec && name.startsWith("com.fasterxml.jackson."))
                            || (codec && name.matches("java.io.(IOException|UncheckedIOException)"));
                    if (!allowed || name.equals("java.lang.Thread")) {
                        wrong.add(c.getName() + " knows " + name);
                    }
                }
            });
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void pickersAndTheirPlansKnowNothingOfTheWorld() {
        Set<String> wrong = new TreeSet<>();
        for (String part : List.of("pick", "outlier", "route")) {
            Products.inModule("loadbalance." + part).forEach(c -> {
                for (String name : Products.knownTo(c)) {
                    boolean allowed = !name.contains(".") // a primitive type
                            || name.startsWith("java.lang.")
                            || (name.startsWith("java.util.") && !name.startsWith("java.util.concurrent."))
                            || name.equals("java.time.Duration")
                            || name.startsWith("org.jspecify.annotations.")
                            || name.startsWith(LOADBALANCE + ".")
                            || name.equals(CORE + ".Health");
                    // Stripes ask for the thread's id, and for nothing else of it.
                    boolean thread = name.equals("java.lang.Thread")
                            && !Products.topLevelName(c).equals(LOADBALANCE + ".pick.Stripes");
                    if (!allowed || thread) {
                        wrong.add(c.getName() + " knows " + name);
                    }
                }
            });
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void bannedApiIsNotUsed() {
        Set<String> unused = new TreeSet<>(EXCEPTIONS.keySet());
        List<String> wrong = new ArrayList<>();
        Set<String> uses = new TreeSet<>();
        Products.CLASSES.forEach(c -> uses.addAll(BannedApi.usesIn(c)));
        for (String use : uses) {
            if (!unused.remove(use)) {
                String banned = use.substring(use.indexOf(": ") + 2);
                wrong.add(use + "; write instead: " + BannedApi.insteadOf(banned));
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(Set.of(), unused, "exceptions that nobody needs any more");
    }

    @Test
    void nothingStaticChanges() {
        List<String> wrong = Products.CLASSES.stream()
                .flatMap(c -> c.getFields().stream())
                .filter(f -> f.getModifiers().contains(JavaModifier.STATIC))
                .filter(f -> !f.getModifiers().contains(JavaModifier.FINAL)
                        || f.getRawType().getPackageName().equals("java.util.concurrent.atomic")
                        || f.getRawType().isEquivalentTo(ThreadLocal.class))
                .map(f -> f.getFullName() + " is static and changes; make it a field of whoever owns it")
                .sorted()
                .toList();
        assertEquals(List.of(), wrong);
    }

    @Test
    void lessThanAQuarterIsPublic() {
        Set<String> exported = EXPORTED;
        List<JavaClass> types = Products.CLASSES.stream()
                .filter(c -> c.isTopLevelClass() && !c.getSimpleName().endsWith("-info"))
                .toList();
        long open = types.stream()
                .filter(c -> exported.contains(c.getPackageName()))
                .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                .count();
        System.out.println(open + " of " + types.size() + " top-level types are exported");
        assertFalse(types.isEmpty());
        assertTrue(
                open * 4 < types.size(),
                open + " of " + types.size() + " top-level types are exported; make some package-private");
    }
}
