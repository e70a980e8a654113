package io.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what is about who votes. */
@Command(
        name = "voters",
        description = "Shows who votes, and changes it. Any node may be named; the master decides.",
        mixinStandardHelpOptions = true,
        subcommands = {VotersList.class, VotersAdd.class, VotersRemove.class, VotersReplace.class})
final class VotersCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what to do: list, add, remove or replace");
    }
}
