package io.holdfast.verification.members;

import io.holdfast.core.HaCluster;
import io.holdfast.core.HaEvent;
import io.holdfast.core.Node;
import io.holdfast.core.NotAvailableException;
import io.holdfast.core.RoleHolder;
import io.holdfast.core.internal.netty.RealRuntime;
import io.holdfast.core.internal.netty.TransportConfig;
import io.holdfast.membership.GossipMembership;
import io.holdfast.replication.LogReplication;
import io.holdfast.replication.VoterList;
import io.holdfast.verification.process.Loopback;
import io.holdfast.verification.process.Waiting;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * A node with gossip, and perhaps a log, in a process of its own; see {@link MemberOptions} for its arguments. It answers
 *
 * <ul>
 *   <li>{@code view}: whom it knows, {@code id=STATE} each;
 *   <li>{@code cut ADDRESS,ADDRESS}: be cut off from those; {@code heal}: be cut off from nobody;
 *   <li>{@code recorded FILE}: write the datagrams that came to a file, and say how many they are;
 *   <li>{@code dropped REASON}: how many datagrams it has dropped for that reason;
 *   <li>{@code ready}: {@code yes}, or why not;
 *   <li>{@code master}: who is, as it knows, or {@code -};
 *   <li>{@code voters}: who votes, or {@code changing};
 *   <li>{@code add ID}: give that node a vote, and say who votes then.
 * </ul>
 *
 * <p>Unasked it says {@code event KIND SUBJECT DETAIL}, of members and of its own. The end of its input stops it.
 */
final class MemberNode {
    /** How long a voter has to be dead before it is replaced: the shortest time that is allowed. */
    static final Duration REPLACE_AFTER = Duration.ofSeconds(10);

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    /** How long a change of voters may take. */
    static final Duration CHANGE_LIMIT = Waiting.PATIENCE;
    /** Who votes is being changed, or nobody says so at the moment. */
    static final String UNSETTLED = "unsettled";

    private final CuttableRuntime runtime;
    private final HaCluster cluster;
    private final MeterRegistry meters;

    private MemberNode(CuttableRuntime runtime, HaCluster cluster, MeterRegistry meters) {
        this.runtime = runtime;
        this.cluster = cluster;
        this.meters = meters;
    }

    public static void main(String[] args) throws IOException {
        MemberOptions options = MemberOptions.decode(args);
        CuttableRuntime runtime = new CuttableRuntime(RealRuntime.create(options.id(), TransportConfig.defaults()));
        MeterRegistry meters = new SimpleMeterRegistry();
        HaCluster.Builder builder = HaCluster.builder(MemberOptions.CLUSTER)
                .node(Node.of(options.id()).bind(Loopback.text(options.bind())))
                .runtime(runtime)
                .meterRegistry(meters)
                .with(GossipMembership.seeds(options.seedTexts()).keys(MemberOptions.KEYS))
                .memberListener(event -> say(event.kind() + " " + event.member().id() + " " + event.reason()))
                .listener(event -> {
                    if (event.kind() == HaEvent.Kind.AUTOPILOT) {
                        say(event.kind() + " " + event.subject() + " " + event.detail());
                    } else if (event.kind() == HaEvent.Kind.HEALTH) {
                        say(event.kind() + " " + options.id() + " " + event.subject() + ": " + event.detail());
                    }
                });
        Path directory = options.directory();
        if (directory != null) {
            LogReplication log =
                    LogReplication.inDirectory(directory).segmentBytes(1 << 20).autopilotReplaceAfter(REPLACE_AFTER);
            builder.with(
                    options.bootstrap().isEmpty()
                            ? log.join(options.seedTexts())
                            : log.bootstrap(options.bootstrap().toArray(String[]::new)));
        }
        HaCluster cluster = builder.start();
        System.out.println("started");
        new MemberNode(runtime, cluster, meters).serve();
        cluster.close();
    }

    private static void say(String event) {
        System.out.println("event " + event.replaceAll("\\s+", " "));
    }

    private void serve() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            String answer;
            try {
                answer = answer(words);
            } catch (RuntimeException | IOException e) {
                answer = "problem " + e;
            }
            System.out.println(words[0] + " " + answer.replaceAll("\\s+", " "));
        }
    }

    private String answer(String[] words) throws IOException {
        return switch (words[1]) {
            case "view" ->
                cluster.members().all().stream()
                        .map(member -> member.id() + "=" + member.state())
                        .collect(Collectors.joining(" "));
            case "cut" -> {
                Set<InetSocketAddress> far = Arrays.stream(words[2].split(","))
                        .map(MemberOptions::address)
                        .collect(Collectors.toSet());
                runtime.loop().run(() -> runtime.cuts().cut(far));
                yield "ok";
            }
            case "heal" -> {
                runtime.loop().run(runtime.cuts()::heal);
                yield "ok";
            }
            case "recorded" -> Integer.toString(runtime.recorder().write(Path.of(words[2])));
            case "dropped" -> Long.toString(dropped(words[2]));
            case "ready" -> cluster.isReady() ? "yes" : "no: " + cluster.whyNotReady();
            case "master" -> cluster.master().map(RoleHolder::nodeId).orElse("-");
            case "voters" -> voters();
            case "add" ->
                String.join(
                        " ",
                        LogReplication.voters(cluster)
                                .within(CHANGE_LIMIT)
                                .addVoter(words[2])
                                .join()
                                .voters());
            default -> throw new IllegalArgumentException("unknown question " + words[1]);
        };
    }

    private long dropped(String reason) {
        return (long) meters.find("holdfast.datagrams.dropped").tag("reason", reason).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private String voters() {
        VoterList list;
        try {
            list = LogReplication.voters(cluster).within(ANSWER_LIMIT).list().join();
        } catch (CompletionException notNow) {
            if (notNow.getCause() instanceof NotAvailableException) {
                return UNSETTLED;
            }
            throw notNow;
        }
        return list.changing() ? UNSETTLED : String.join(" ", list.voters());
    }
}
