package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.backup.RestoreRefusedException;
import io.holdfast.backup.StateSeed;
import io.holdfast.core.spi.SeedSource.Seeded;
import io.holdfast.replication.OfflineSeed;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts the state and the log of a running cluster into the directory of a node that will join it. */
@Command(
        name = "seed",
        description = {
            "Puts the newest physical backup, and the log that was archived after it, into the directory of a node that will join"
                    + " the cluster, so that the master sends only what came after. The cluster goes on meanwhile; nothing of it is changed.",
            "Start the node afterwards with LogReplication.join. It has no vote until it is given one."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "2:what is needed is damaged in every repository, or its key is missing; the node may join with an empty directory",
            "3:no repository can be read, or the directory cannot be written",
            "7:the repositories hold no physical backup of that log, or the directory is not empty; nothing was changed",
            "64:the command was not understood"
        })
final class BackupSeed implements Callable<Integer> {
    @Parameters(
            paramLabel = "DIR",
            description =
                    "as will be given to LogReplication.inDirectory; absent, empty, or with a seed that did not get whole")
    private Path directory;

    @Mixin
    private final Repositories repositories = new Repositories();

    @Option(names = "--of-log", paramLabel = "ID", description = "which log, if not the newest; list shows the ids")
    private @Nullable String log;

    @Option(names = "--json", description = "a JSON object instead of text")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try {
            OfflineSeed.check(directory);
        } catch (IllegalArgumentException notEmpty) {
            spec.commandLine().getErr().println(notEmpty.getMessage());
            return ExitCodes.FAILED;
        }
        StateSeed seed =
                StateSeed.from(repositories.first(), repositories.others()).keys(repositories.keys());
        try {
            print(seed.seed(id -> log == null || log.equals(id), OfflineSeed.into(directory, new SecureRandom())));
            return ExitCodes.WHOLE;
        } catch (RestoreRefusedException refused) {
            spec.commandLine().getErr().println(refused.getMessage());
            return ExitCodes.of(refused);
        }
    }

    private void print(Seeded seeded) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper()
                    .createObjectNode()
                    .put("logId", seeded.logId())
                    .put("stateIndex", seeded.stateIndex())
                    .put("index", seeded.index())
                    .put("term", seeded.term()));
            return;
        }
        out.printf(
                "seeded    %s with the log %s: the state at entry %d, and the log up to entry %d of term %d%n",
                directory, seeded.logId(), seeded.stateIndex(), seeded.index(), seeded.term());
        out.printf("next      start the node with it, and with join; the master sends what came after%n");
    }
}
