package io.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives the vote of one node to another. */
@Command(
        name = "replace",
        description = {
            "Gives the vote of one node, dead or alive, to another that has joined, in one step: at no time are there fewer voters."
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
final class VotersReplace implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(60);

    @Mixin
    private final ChangeCall change = new ChangeCall();

    @Parameters(index = "0", paramLabel = "OLD", description = "the id of the node that votes")
    private String oldId;

    @Parameters(index = "1", paramLabel = "NEW", description = "the id of the node that has joined")
    private String newId;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return change.run(options, spec, newId, oldId, "");
    }
}
