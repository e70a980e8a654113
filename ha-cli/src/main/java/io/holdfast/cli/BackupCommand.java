package io.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what looks at backups, and restores from them. */
@Command(
        name = "backup",
        description = "Looks at repositories of backups, restores from them, and seeds nodes. No cluster needs to run.",
        mixinStandardHelpOptions = true,
        subcommands = {BackupList.class, BackupShow.class, BackupVerify.class, BackupRestore.class, BackupSeed.class})
final class BackupCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what to do: list, show, verify, restore or seed");
    }
}
