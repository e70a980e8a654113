package io.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a node out of the cluster. */
@Command(
        name = "remove",
        description = {
            "Takes a node out of the cluster, whether it votes, only gets the log, or is gone for good. A master hands over first.",
            "If it runs, stop it then; started again with its directory it comes back without a vote."
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
final class VotersRemove implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(60);

    @Mixin
    private final ChangeCall change = new ChangeCall();

    @Parameters(paramLabel = "NODE", description = "the id of the node")
    private String nodeId;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return change.run(options, spec, "", nodeId, "");
    }
}
