package io.holdfast.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** How many nodes there are, why, and what would be. */
@Command(
        name = "scale",
        description =
                "Shows what is decided on the number of nodes and why, pauses it, and tries what would be decided.",
        mixinStandardHelpOptions = true,
        subcommands = {ScaleShow.class, ScaleExplain.class, ScalePause.class, ScaleResume.class, ScaleReplay.class})
final class ScaleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCodes.USAGE;
    }
}
