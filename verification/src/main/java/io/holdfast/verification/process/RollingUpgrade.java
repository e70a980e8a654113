package io.holdfast.verification.process;

import io.holdfast.core.Address;
import io.holdfast.core.HaCluster;
import io.holdfast.core.OperatorClient;
import io.holdfast.replication.ReplicatedLog;
import io.holdfast.replication.log.FeatureLevel;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * An upgrade from the jars of an earlier release to this one's, node by node and under load: to the later one, back on two of three,
 * to the later one again; then it is finished, and a node of the earlier release comes too late. {@code RollingUpgrade JARS
 * CLASSES LIBRARIES DIRECTORY}: the earlier release's jars, the classes and the libraries that these programs run on, and an empty
 * directory for the nodes.
 *
 * <p>Where both releases support the same level of the log, as it is while no format has been added, the later one takes part as
 * one that supports one more: what is tried then is how a level is raised, not a format.
 */
public final class RollingUpgrade {
    private static final Duration LIMIT = Waiting.PATIENCE;
    private static final String GATE = FeatureLevel.class.getName().replace('.', '/') + ".class";
    private static final int ANSWERS = 1_000;

    private final ProcessCluster cluster;
    private final Feeder feeder;
    private final ReplicatedLog log;
    private final NodeRelease earlier;
    private final NodeRelease later;
    private final boolean gated;
    private final List<String> problems = new ArrayList<>();

    private RollingUpgrade(
            ProcessCluster cluster,
            Feeder feeder,
            ReplicatedLog log,
            NodeRelease earlier,
            NodeRelease later,
            boolean gated) {
        this.cluster = cluster;
        this.feeder = feeder;
        this.log = log;
        this.earlier = earlier;
        this.later = later;
        this.gated = gated;
    }

    /** See the class. Exits with 1 if anything is wrong. */
    public static void main(String[] args) throws Exception {
        Path jars = Path.of(args[0]);
        boolean gated = false;
        for (Path jar : jarsIn(jars)) {
            try (JarFile file = new JarFile(jar.toFile())) {
                gated |= file.getEntry(GATE) != null;
            }
        }
        List<Path> old = new ArrayList<>(List.of(Path.of(args[1])));
        old.addAll(jarsIn(jars));
        for (Path library : jarsIn(Path.of(args[2]))) {
            if (!library.getFileName().toString().startsWith("ha-")) {
                old.add(library);
            }
        }
        String path =
                String.join(File.pathSeparator, old.stream().map(Path::toString).toList());
        NodeRelease present = NodeRelease.present();
        Path directory = Path.of(args[3]);
        NodeRelease later = gated ? new NodeRelease(present.classPath(), FeatureLevel.SUPPORTED + 1) : present;
        List<String> problems = run(directory, new NodeRelease(path, 0), later, gated);
        problems.forEach(System.out::println);
        System.out.println(problems.isEmpty() ? "PASS" : "FAIL");
        System.exit(problems.isEmpty() ? 0 : 1);
    }

    private static List<Path> jarsIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * What is wrong; empty if nothing is.
     *
     * @param gated whether the earlier release knows that a log has a level
     */
    static List<String> run(Path directory, NodeRelease earlier, NodeRelease later, boolean gated) throws IOException {
        NodeTuning small = new NodeTuning(1 << 20, 1 << 20, 0);
        try (ProcessCluster cluster = new ProcessCluster(directory, 3, "default", "file", small)) {
            cluster.ids().forEach(id -> cluster.install(id, earlier));
            cluster.startAll();
            cluster.awaitReady();
            try (HaCluster client = cluster.client("feeder");
                    Feeder feeder = new Feeder(ReplicatedLog.in(client))) {
                client.awaitReady(LIMIT);
                feeder.start();
                RollingUpgrade upgrade =
                        new RollingUpgrade(cluster, feeder, ReplicatedLog.in(client), earlier, later, gated);
                upgrade.run();
                return upgrade.problems;
            }
        }
    }

    private void run() throws IOException {
        List<String> ids = cluster.ids();
        say("three nodes of the earlier release run, and a client writes");
        await(ANSWERS);
        for (String id : ids.subList(0, 2)) {
            change(id, later, "the later");
        }
        if (gated) {
            expect("REFUSED", finish(), ids.get(2) + " supports no more than");
        }
        change(ids.get(2), later, "the later");
        for (String id : ids.subList(0, 2)) {
            change(id, earlier, "the earlier");
        }
        for (String id : ids.subList(0, 2)) {
            change(id, later, "the later");
        }
        if (gated) {
            expect("DONE", finish(), "");
            comeTooLate(ids.get(0));
        } else {
            say("the earlier release knows no levels of the log: there is nothing to finish, and nobody to turn away");
        }
        await(ANSWERS);
        check();
    }

    private static void say(String what) {
        System.out.println(what);
    }

    /** In good order, as anybody would; and it is waited for until all are ready again, and writes go on. */
    private void change(String id, NodeRelease to, String called) throws IOException {
        NodeProcess process = cluster.process(id);
        if (!process.stop(LIMIT)) {
            problems.add(id + " does not stop within " + LIMIT.toSeconds() + " s");
        }
        process.close();
        cluster.install(id, to);
        cluster.startAll();
        cluster.awaitReady();
        await(ANSWERS);
        say(id + " runs " + called + " release; " + feeder.acknowledged() + " writes acknowledged");
    }

    /** As {@code ha upgrade finish} does, of any node. */
    private String finish() {
        try (OperatorClient operator = OperatorClient.open()) {
            return operator.ask(
                    Address.parse(cluster.addresses().get(1)),
                    "upgrade-finish",
                    Map.of("timeoutMillis", Long.toString(LIMIT.toMillis())),
                    LIMIT.plusSeconds(30));
        }
    }

    private void expect(String outcome, String answer, String detail) {
        say("the end of the upgrade is asked for: " + answer);
        if (!answer.contains("\"outcome\":\"" + outcome + "\"") || !answer.contains(detail)) {
            problems.add("the end of the upgrade should be " + outcome + ", and is " + answer);
        }
    }

    /** The earlier release after the end: it says what to do, and nothing becomes of it. Then the later one goes on there. */
    private void comeTooLate(String id) throws IOException {
        NodeProcess process = cluster.process(id);
        process.stop(LIMIT);
        process.close();
        cluster.install(id, earlier);
        long began = Files.size(cluster.logFile(id));
        NodeProcess late = cluster.launch(id);
        late.awaitFirstWord();
        if (!Waiting.forCondition(
                LIMIT, () -> hasFailed(late) && !refusal(id, began).isEmpty())) {
            problems.add(id + " runs on with the earlier release, or does not say why not; see its log");
        }
        say(id + " with the earlier release: " + refusal(id, began));
        await(ANSWERS);
        late.close();
        cluster.install(id, later);
        cluster.startAll();
        cluster.awaitReady();
        say(id + " runs the later release again, on the same directory");
    }

    /** Why it does not go on, as it says in its log behind that place; empty while it has not said so. */
    private String refusal(String id, long began) throws IOException {
        byte[] bytes = Files.readAllBytes(cluster.logFile(id));
        return new String(bytes, (int) began, bytes.length - (int) began, StandardCharsets.UTF_8)
                .lines()
                .filter(each -> each.contains("supports none above"))
                .findFirst()
                .orElse("");
    }

    /** The node, or its program with it, if that was still starting it. */
    private static boolean hasFailed(NodeProcess process) {
        try {
            return process.status().state().equals("failed");
        } catch (IOException ended) {
            return true;
        }
    }

    private void await(long answers) throws IOException {
        long wanted = feeder.acknowledged() + answers;
        if (!Waiting.forCondition(LIMIT, () -> feeder.acknowledged() >= wanted)) {
            throw new IOException("no " + answers + " further answers within " + LIMIT + ": " + feeder.problems() + ", "
                    + feeder.lastFailure());
        }
    }

    /** Nothing that was acknowledged is lost, doubled or out of order. */
    private void check() {
        feeder.finish();
        problems.addAll(feeder.problems());
        Sequence.Account account = Sequence.Account.decode(log.query(new byte[0]));
        if (account.last() < feeder.highestAcknowledged()
                || account.disorders() > 0
                || account.missing() > feeder.uncertain()) {
            problems.add("the nodes have " + account + "; acknowledged up to " + feeder.highestAcknowledged()
                    + ", unknown " + feeder.uncertain());
        }
        say(feeder.acknowledged() + " writes were acknowledged, of " + feeder.uncertain()
                + " it is not known; the nodes have " + account);
    }
}
