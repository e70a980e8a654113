package io.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives a node a vote that has joined. */
@Command(
        name = "add",
        description = {
            "Gives a node a vote that has joined (LogReplication.join), once it has the log. What is not there yet is waited for.",
            "Two voters are worse than one, and four no better than three: add two."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done, or nothing had to be done; with --dry-run: it would be done",
            "1:refused: the cluster would not survive it; nothing has changed",
            "5:the node that was asked was not reached, there is no master, or it could not begin in time: nothing has changed",
            "6:not allowed: it needs the role OPERATE",
            "8:it has begun, and is not known to be decided within the time-out; to ask again is safe",
            "64:the command was not understood"
        })
final class VotersAdd implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(60);

    @Mixin
    private final ChangeCall change = new ChangeCall();

    @Parameters(paramLabel = "NODE", description = "the id of the node that is to vote")
    private String nodeId;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            defaultValue = "",
            description = "where that node has to be reached; it is refused if it says something else")
    private String address = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return change.run(options, spec, nodeId, "", address);
    }
}
