package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.RestoreBound;
import io.holdfast.backup.RestorePlan;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateRestore;
import io.holdfast.core.spi.StateRestorer.Restored;
import io.holdfast.replication.OfflineRestore;
import io.holdfast.replication.OfflineRestore.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a node's directory, with which a new cluster begins, from a physical backup and the log that was archived after it. */
@Command(
        name = "restore",
        description = {
            "Makes the directory of one node, with which a new cluster begins that has the state of the old one. Reads and checks"
                    + " all that it takes first; without --confirm it stops there and says what it would do.",
            "Stop all nodes of the old cluster before, for good. The other nodes come with empty directories."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "2:what is needed is damaged in every repository, or its key is missing; nothing was changed",
            "3:a repository cannot be read, or the directory cannot be written",
            "4:not confirmed: nothing was changed",
            "7:the repositories do not hold what was asked for, or let no epoch be claimed; nothing was changed",
            "64:the command was not understood"
        })
final class BackupRestore implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "as will be given to LogReplication.inDirectory; absent or empty")
    private Path directory;

    @Mixin
    private final Repositories repositories = new Repositories();

    @Option(names = "--cluster", required = true, description = "the name with which the nodes will be started")
    private String cluster = "";

    @Option(names = "--node", required = true, paramLabel = "ID", description = "the node that gets the directory")
    private String node = "";

    @Option(
            names = "--address",
            required = true,
            paramLabel = "HOST:PORT",
            description = "where others reach that node")
    private String address = "";

    @Option(
            names = "--voter",
            paramLabel = "NODE@HOST:PORT",
            description = "another node that will vote; again for each")
    private List<String> voters = List.of();

    @ArgGroup
    private @Nullable Bound bound;

    /** One of them at the most. */
    private static final class Bound {
        @Option(names = "--index", description = "the last entry that is wanted")
        private @Nullable Long index;

        @Option(names = "--before", description = "the first entry that is not wanted: to undo what it did")
        private @Nullable Long before;

        @Option(
                names = "--until",
                description =
                        "the moment up to which entries are wanted, as 2026-03-01T12:00:00Z, by the masters' clocks")
        private @Nullable Instant until;

        private RestoreBound bound() {
            if (index != null) {
                return RestoreBound.index(index);
            }
            if (before != null) {
                return RestoreBound.before(before);
            }
            return until == null ? RestoreBound.end() : RestoreBound.until(until);
        }
    }

    @Option(names = "--of-log", paramLabel = "ID", description = "which log is meant, where several hold such an entry")
    private @Nullable String log;

    @Option(
            names = "--without-unreachable",
            description = "goes on without repositories that are not there, which may know of later backups and epochs")
    private boolean withoutUnreachable;

    @ArgGroup
    private @Nullable Epoch epoch;

    /** One of them at the most. */
    private static final class Epoch {
        @Option(
                names = "--epoch",
                paramLabel = "N",
                description =
                        "the epoch to begin, which is claimed nowhere: for who may only read the repositories, and answers for"
                                + " nobody else beginning it")
        private @Nullable Integer own;

        @Option(
                names = "--above-epoch",
                paramLabel = "N",
                description =
                        "claims a later one than that, which a recovery has begun and the repositories do not know of yet")
        private @Nullable Integer above;

        private StateRestore of(StateRestore restore) {
            if (own != null) {
                return restore.epoch(own);
            }
            return above == null ? restore : restore.aboveEpoch(above);
        }
    }

    @Option(
            names = "--confirm",
            paramLabel = "BACKUP",
            description = "does it; the backup's id is the one that is printed")
    private @Nullable String confirmed;

    @Option(names = "--json", description = "JSON objects instead of text")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try {
            return restore();
        } catch (RestoreRefusedException refused) {
            spec.commandLine().getErr().println(refused.getMessage());
            return ExitCodes.of(refused);
        }
    }

    private int restore() throws IOException {
        StateRestore restore = asked();
        if (confirmed != null) {
            restore.checkEpoch(new SecureRandom()); // before hours of reading
        }
        RestorePlan plan = restore.plan();
        print(plan);
        if (confirmed == null) {
            return ExitCodes.NOT_CONFIRMED;
        }
        if (!confirmed.equals(plan.backup())) {
            spec.commandLine()
                    .getErr()
                    .println("it would begin with the backup " + plan.backup() + ", not " + confirmed
                            + "; nothing was changed");
            return ExitCodes.NOT_CONFIRMED;
        }
        SecureRandom random = new SecureRandom();
        Target target = new Target(directory, cluster, node, address, voters);
        print(restore.into(OfflineRestore.into(target, random), random));
        return ExitCodes.WHOLE;
    }

    private StateRestore asked() {
        StateRestore restore = StateRestore.from(repositories.first(), repositories.others())
                .keys(repositories.keys())
                .upTo(bound == null ? RestoreBound.end() : bound.bound());
        if (log != null) {
            restore = restore.ofLog(log);
        }
        if (epoch != null) {
            restore = epoch.of(restore);
        }
        return withoutUnreachable ? restore.withoutUnreachable() : restore;
    }

    private void print(RestorePlan plan) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ObjectNode object = new ObjectMapper().createObjectNode();
            object.put("backup", plan.backup())
                    .put("logId", plan.logId())
                    .put("stateIndex", plan.stateIndex())
                    .put("reachesIndex", plan.reachesIndex())
                    .put("reaches", plan.reaches().toString());
            plan.pieces().forEach(piece -> object.withArray("pieces")
                    .addObject()
                    .put("object", piece.object())
                    .put("repository", piece.repository())
                    .put("storedBytes", piece.storedBytes()));
            plan.remarks().forEach(object.putArray("remarks")::add);
            out.println(object);
            return;
        }
        out.printf("backup    %s of log %s, up to entry %d%n", plan.backup(), plan.logId(), plan.stateIndex());
        out.printf(
                "pieces    %d containers, %d bytes, all of them whole; they reach entry %d of %s%n",
                plan.pieces().size(),
                plan.pieces().stream().mapToLong(RestorePlan.Piece::storedBytes).sum(),
                plan.reachesIndex(),
                plan.reaches());
        plan.remarks().forEach(remark -> out.printf("remark    %s%n", remark));
        out.printf("into      %s, for node %s of cluster %s%n", directory, node, cluster);
        if (confirmed == null) {
            out.printf("confirm   the same command with --confirm %s%n", plan.backup());
        }
    }

    private void print(Restored restored) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .createObjectNode()
                    .put("clusterId", restored.clusterId())
                    .put("index", restored.index())
                    .put("term", restored.term())
                    .put("wall", Instant.ofEpochMilli(restored.wallMillis()).toString())
                    .put("epoch", restored.epoch()));
            return;
        }
        out.printf(
                "done      up to entry %d of %s, in epoch %d; the cluster's id is %s. Start %s, then the others with empty"
                        + " directories%n",
                restored.index(),
                Instant.ofEpochMilli(restored.wallMillis()),
                restored.epoch(),
                restored.clusterId(),
                node);
    }
}
