package io.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what is about a change of release. */
@Command(
        name = "upgrade",
        description = "Shows how far an upgrade to another release has come, and finishes it.",
        mixinStandardHelpOptions = true,
        subcommands = {UpgradeStatus.class, UpgradeFinish.class})
final class UpgradeCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what to do: status or finish");
    }
}
