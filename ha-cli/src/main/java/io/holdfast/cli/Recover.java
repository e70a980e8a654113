package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.replication.OfflineRecovery;
import io.holdfast.replication.OfflineRecovery.Plan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a cluster back from one directory, when a majority of its disks is gone for ever. */
@Command(
        name = "recover",
        description = {
            "Makes a node that is not running the only voter of its cluster, when a majority of the cluster's disks is gone"
                    + " for ever. Without --confirm it only says what would be kept and what would be lost.",
            "Never use it while a majority can be had by starting its nodes."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "3:no node's directory, or it cannot be read or written, or its node is running",
            "4:not confirmed: nothing was changed",
            "64:the command was not understood"
        })
final class Recover implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "as given to LogReplication.inDirectory")
    private Path directory;

    @Option(names = "--confirm", paramLabel = "CLUSTER_ID", description = "does it; the id is the one that is printed")
    private @Nullable String confirmed;

    @Option(
            names = "--epoch",
            paramLabel = "N",
            description =
                    "the epoch to begin, larger than the directory's own and than any that the repositories of backups know;"
                            + " the directory's next one by default")
    private @Nullable Integer epoch;

    @Option(names = "--json", description = "JSON objects instead of text")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Plan plan = OfflineRecovery.plan(directory);
        int begun = epoch == null ? plan.epoch() + 1 : epoch;
        if (begun <= plan.epoch() || begun > Short.MAX_VALUE) {
            throw new ParameterException(
                    spec.commandLine(),
                    "epoch " + begun + " cannot be begun: the directory is of epoch " + plan.epoch()
                            + ", and a later one is needed, of which the last is " + Short.MAX_VALUE);
        }
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(plan));
        } else {
            print(out, plan, begun);
        }
        if (confirmed == null || !confirmed.equals(plan.clusterId())) {
            if (confirmed != null) {
                spec.commandLine()
                        .getErr()
                        .println("the cluster's id is " + plan.clusterId() + ", not " + confirmed
                                + "; nothing was changed");
            }
            return ExitCodes.NOT_CONFIRMED;
        }
        String newId = OfflineRecovery.recover(directory, confirmed, begun, new SecureRandom());
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(Map.of("newClusterId", newId)));
        } else {
            out.printf(
                    "done      %s is the only voter of cluster %s, whose id is now %s. Start it, then the others with"
                            + " empty directories%n",
                    plan.nodeId(), plan.clusterName(), newId);
        }
        return ExitCodes.WHOLE;
    }

    private void print(PrintWriter out, Plan plan, int begun) {
        out.printf("cluster   %s (%s)%n", plan.clusterName(), plan.clusterId());
        out.printf("node      %s, disk %s%n", plan.nodeId(), plan.diskId());
        plan.voters().forEach(voter -> out.printf("voter     %s%n", voter));
        out.printf(
                "first     start any %d of them, if their directories exist: then nothing is lost, and this command is"
                        + " not needed%n",
                plan.majority());
        out.printf("certain   entries up to index %d: known to be committed, kept%n", plan.commitIndex());
        if (plan.lastIndex() > plan.commitIndex()) {
            out.printf(
                    "uncertain entries %d to %d: acknowledged or not, nobody knows; kept, and committed from then on%n",
                    plan.commitIndex() + 1, plan.lastIndex());
        }
        if (plan.knownLost() > 0) {
            out.printf(
                    "lost      entries %d to %d for certain: they were committed, and are not here%n",
                    plan.lastIndex() + 1, plan.knownLost());
        }
        out.printf(
                "lost      whatever the other voters acknowledged among themselves after index %d (term %d)%s; how much"
                        + " cannot be seen from here%n",
                plan.lastIndex(),
                plan.lastTerm(),
                plan.lastWallMillis() == 0
                        ? ""
                        : ", which was written at " + Instant.ofEpochMilli(plan.lastWallMillis())
                                + " by the master's clock");
        plan.problems().forEach(problem -> out.printf("problem   %s%n", problem));
        out.printf(
                "choose    of all directories that are left the one whose last term is highest, and of those the one whose"
                        + " last index is%n");
        out.printf(
                "after     the cluster has a new id: whoever still has a directory of the old one is refused, and comes back"
                        + " with an empty one%n");
        out.printf(
                "epoch     %d is begun%s. If there are backups, look first: it must be larger than what ha backup list shows for each"
                        + " repository, as a restore may have begun that one; --epoch N begins a later one%n",
                begun, epoch == null ? ", the one after its own" : "");
        out.printf(
                "confirm   ha recover %s%s --confirm %s%n",
                directory, epoch == null ? "" : " --epoch " + begun, plan.clusterId());
    }
}
