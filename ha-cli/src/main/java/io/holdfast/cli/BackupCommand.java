package io.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what looks at backups, restores from them, and has a cluster make them. */
@Command(
        name = "backup",
        description = {
            "list, show, verify, restore and seed read repositories of backups; no cluster needs to run.",
            "run, drill and prune have a running cluster do something about its backups."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            BackupList.class,
            BackupShow.class,
            BackupVerify.class,
            BackupRestore.class,
            BackupSeed.class,
            BackupRun.class,
            BackupDrill.class,
            BackupPrune.class
        })
final class BackupCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name what to do: list, show, verify, restore, seed, run, drill or prune");
    }
}
