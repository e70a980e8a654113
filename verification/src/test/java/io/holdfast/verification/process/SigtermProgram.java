package io.holdfast.verification.process;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Node;
import io.holdfast.core.Role;
import io.holdfast.replication.LogReplication;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * A node as a newcomer writes it: it starts, and nothing stops it. Arguments: id, directory, true to stop on shutdown, how long
 * callbacks may take in seconds, then the nodes. It says what its callbacks are told; {@code stand ROLE} has it stand for a
 * role. It ends when its standard input does, so that it outlives nobody.
 */
final class SigtermProgram {
    private static final int FIXED_ARGUMENTS = 4;

    private SigtermProgram() {}

    public static void main(String[] args) throws IOException {
        String id = args[0];
        Duration stopWithin = Duration.ofSeconds(Long.parseLong(args[3]));
        String[] nodes = Arrays.copyOfRange(args, FIXED_ARGUMENTS, args.length);
        String own = Arrays.stream(nodes)
                .filter(node -> node.startsWith(id + "@"))
                .findFirst()
                .orElseThrow();
        HaCluster.Builder builder = HaCluster.builder("sigterm")
                .node(Node.of(id).bind(own.substring(id.length() + 1)))
                .with(LogReplication.inDirectory(Path.of(args[1]))
                        .bootstrap(nodes)
                        .timing(
                                Duration.ofMillis(200),
                                Duration.ofSeconds(10)) // a busy machine is no reason for an election
                        .roleLease(Duration.ofSeconds(10)))
                .onMaster(grant -> System.out.println("begins master " + grant.token()))
                .onSlave(reason -> System.out.println("ended master: " + reason))
                .stopWithin(stopWithin);
        if (!Boolean.parseBoolean(args[2])) {
            builder.stopOnShutdown(false);
        }
        HaCluster cluster = builder.start();
        cluster.awaitReady(Waiting.PATIENCE);
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String name = line.substring("stand ".length());
            Role role = cluster.role(name).stopWithin(stopWithin);
            role.hold(
                    grant -> System.out.println("begins " + name + " " + grant.token()),
                    reason -> System.out.println("ended " + name + ": " + reason));
            System.out.println("stands for " + name);
        }
        Runtime.getRuntime().halt(1);
    }
}
