package io.holdfast.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lets the nodes use what is new in the log. */
@Command(
        name = "finish",
        description = {
            "Raises the level of the log to the newest that all nodes support, so that what is new in it is used from then on.",
            "It cannot be taken back: the release before can not be installed again, and a node that still runs it is turned away."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done, or nothing had to be done; with --dry-run: it would be done",
            "1:refused: a node runs the release before, or is away; it is named, and nothing has changed",
            "5:the node that was asked was not reached, there is no master, or it could not begin in time: nothing has changed",
            "6:not allowed: it needs the role OPERATE",
            "8:it has begun, and is not known to be decided within the time-out; to ask again is safe",
            "64:the command was not understood"
        })
final class UpgradeFinish implements Callable<Integer> {
    @Mixin
    private final NodeOptions options = new NodeOptions(30);

    @Mixin
    private final ChangeCall change = new ChangeCall();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return change.run(options, spec, "upgrade-finish", Map.of());
    }
}
