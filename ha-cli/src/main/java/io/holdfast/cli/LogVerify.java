package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.replication.OfflineDirectory;
import io.holdfast.replication.OfflineDirectory.Check;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is a node's directory whole? */
@Command(
        name = "verify",
        description = "Reads all of it and checks every checksum.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:whole",
            "1:the log ends in a torn write, as a crash leaves it; a start of the node cuts it",
            "2:damaged; a start of the node has what is missing from its peers, if it has any",
            "3:no node's directory, or it cannot be read at all",
            "64:the command was not understood"
        })
final class LogVerify implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "as given to LogReplication.inDirectory")
    private Path directory;

    @Option(names = "--json", description = "one JSON object instead of text")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Check check = OfflineDirectory.verify(directory);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(check));
        } else {
            print(out, check);
        }
        return switch (check.state()) {
            case WHOLE -> ExitCodes.WHOLE;
            case TORN_TAIL -> ExitCodes.TORN_TAIL;
            case DAMAGED -> ExitCodes.DAMAGED;
        };
    }

    private static void print(PrintWriter out, Check check) {
        out.printf("cluster   %s (%s)%n", check.clusterName(), check.clusterId());
        out.printf("node      %s, disk %s%n", check.nodeId(), check.diskId());
        out.printf(
                "term      %d, %s%n",
                check.term(), check.votedFor().isEmpty() ? "no vote" : "vote for " + check.votedFor());
        out.printf("snapshot  %s%n", check.snapshotIndex() == 0 ? "none" : "up to index " + check.snapshotIndex());
        out.printf("log       index %d to %d, of term %d%n", check.firstIndex(), check.lastIndex(), check.lastTerm());
        out.printf("committed at least up to index %d, durable %d%n", check.commitIndex(), check.durableIndex());
        if (check.doubtful()) {
            out.println("doubtful  an earlier start cut something, and the node has not caught up since");
        }
        for (String problem : check.problems()) {
            out.printf("problem   %s%n", problem);
        }
        out.printf(
                "state     %s%n",
                check.state().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    }
}
