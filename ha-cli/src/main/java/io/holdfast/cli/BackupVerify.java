package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.backup.BackupRepository;
import io.holdfast.backup.StoredBackups;
import io.holdfast.backup.StoredBackups.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is all as it was stored? */
@Command(
        name = "verify",
        description =
                "Reads every byte of a backup, or of all and of the catalogues, and names what is not as it was stored.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all is as it was stored",
            "2:something is not, or its key is missing",
            "3:a repository cannot be read",
            "64:the command was not understood"
        })
final class BackupVerify implements Callable<Integer> {
    @Parameters(paramLabel = "ID", arity = "0..1", description = "of a backup, as list prints it; all without it")
    private @Nullable String id;

    @Mixin
    private final Repositories repositories = new Repositories();

    @Option(names = "--json", description = "one JSON object a repository instead of text")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean clean = true;
        for (BackupRepository repository : repositories.all()) {
            StoredBackups backups = StoredBackups.in(repository, repositories.keys());
            Verification found = id == null ? backups.verify(bytes -> {}) : backups.verify(id, bytes -> {});
            clean &= found.damages().isEmpty();
            if (json) {
                out.println(json(repository.describe(), found));
            } else {
                found.damages().forEach(damage -> out.printf("damaged   %s%n", damage));
                found.unfinished().forEach(each -> out.printf("under way %s, or waits for being collected%n", each));
                out.printf(
                        "%s  %s: %d backups are as they were stored; %d containers, %d bytes were read%n",
                        found.damages().isEmpty() ? "whole   " : "damaged ",
                        repository.describe(),
                        found.backups(),
                        found.objects(),
                        found.bytes());
            }
        }
        return clean ? ExitCodes.WHOLE : ExitCodes.DAMAGED;
    }

    private static ObjectNode json(String repository, Verification found) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("repository", repository)
                .put("backups", found.backups())
                .put("objects", found.objects())
                .put("bytes", found.bytes());
        found.damages().forEach(damage -> json.withArray("damages")
                .addObject()
                .put("object", damage.object())
                .put("kind", damage.kind().name())
                .put("frame", damage.frame())
                .put("offset", damage.offset())
                .put("what", damage.what()));
        found.unfinished().forEach(json.putArray("unfinished")::add);
        return json;
    }
}
