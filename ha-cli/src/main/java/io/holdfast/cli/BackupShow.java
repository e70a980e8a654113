package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.StoredBackups;
import io.holdfast.backup.StoredBackups.Details;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** All that a manifest says. */
@Command(
        name = "show",
        description = "What is known of one backup, for each repository that has it.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "3:no repository has it, or one cannot be read", "64:the command was not understood"})
final class BackupShow implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "of the backup, as list prints it")
    private String id;

    @Mixin
    private final Repositories repositories = new Repositories();

    @Option(names = "--json", description = "one JSON object a repository instead of text")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean found = false;
        for (StoredBackups each : repositories.contents()) {
            for (Details backup : each.contents().backups()) {
                if (backup.info().id().equals(id)) {
                    found = true;
                    ObjectNode all = BackupJson.of(new ObjectMapper(), backup);
                    String text = json ? all.toString() : all.toPrettyString();
                    out.println(text);
                }
            }
        }
        if (!found) {
            spec.commandLine().getErr().println("no backup " + id + " is listed in the repositories that were named");
        }
        return found ? ExitCodes.WHOLE : ExitCodes.UNREADABLE;
    }
}
