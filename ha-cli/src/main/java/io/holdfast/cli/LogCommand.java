package io.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what looks at a log. */
@Command(
        name = "log",
        description = "Reads the directory of a node that is not running. Changes nothing.",
        mixinStandardHelpOptions = true,
        subcommands = {LogVerify.class, LogDump.class})
final class LogCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what to do: verify or dump");
    }
}
