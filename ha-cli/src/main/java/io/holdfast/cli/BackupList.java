package io.holdfast.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.backup.BackupInfo;
import io.holdfast.backup.DrillInfo;
import io.holdfast.backup.StoredBackups;
import io.holdfast.backup.StoredBackups.Contents;
import io.holdfast.backup.StoredBackups.Details;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which backups are there? */
@Command(
        name = "list",
        description =
                "The backups in each repository, the oldest first, as their manifests say, up to where it was last proven to restore, and"
                        + " the highest epoch that it knows of.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "2:a manifest is damaged, or a key is missing",
            "3:a repository cannot be read",
            "64:the command was not understood"
        })
final class BackupList implements Callable<Integer> {
    @Mixin
    private final Repositories repositories = new Repositories();

    @Option(
            names = "--json",
            description = "one JSON object a backup instead of text, then one a drill, which has no \"id\"")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean damaged = false;
        for (StoredBackups each : repositories.contents()) {
            Contents contents = each.contents();
            for (Details backup : contents.backups()) {
                if (json) {
                    out.println(BackupJson.of(new ObjectMapper(), backup));
                } else {
                    print(out, backup.info());
                }
            }
            contents.deposed().forEach(id -> spec.commandLine()
                    .getErr()
                    .println("deposed   " + id + ": does not count, and will be collected"));
            contents.damaged().forEach(damage -> spec.commandLine().getErr().println("damaged   " + damage));
            damaged |= !contents.damaged().isEmpty();
            List<DrillInfo> drills = each.drills();
            if (json) {
                drills.forEach(drill -> out.println(BackupJson.of(new ObjectMapper(), drill)));
            } else {
                print(out, each.repository(), drills);
                out.printf("epoch     %d is the highest that %s knows of%n", each.highestEpoch(), each.repository());
            }
        }
        return damaged ? ExitCodes.DAMAGED : ExitCodes.WHOLE;
    }

    /** The last good drill of each source, and what has failed since. */
    private static void print(PrintWriter out, String repository, List<DrillInfo> drills) {
        Map<String, DrillInfo> good = new TreeMap<>();
        Map<String, DrillInfo> last = new TreeMap<>();
        for (DrillInfo drill : drills) {
            last.put(drill.source(), drill);
            if (drill.isGood()) {
                good.put(drill.source(), drill);
            }
        }
        if (good.isEmpty()) {
            out.printf("proven    never: nothing was restored from %s for a trial with success%n", repository);
        }
        good.values().forEach(drill -> print(out, repository, drill));
        last.values().stream()
                .filter(drill -> !drill.isGood())
                .forEach(drill -> out.printf(
                        "not       proven: %s at %s: %s: %s%n",
                        drill.source(), drill.began(), drill.outcome(), drill.detail()));
    }

    private static void print(PrintWriter out, String repository, DrillInfo good) {
        out.printf(
                "proven    %s recoverable%s as of %s, by %s from %s in %s: %s%n",
                good.source(),
                good.index() == 0
                        ? ""
                        : " to entry " + good.index()
                                + good.entryAt().map(at -> " of " + at).orElse(""),
                good.began(),
                good.node(),
                repository,
                Units.time(good.took()),
                good.detail());
    }

    private static void print(PrintWriter out, BackupInfo backup) {
        out.printf(
                "%-32s %-8s %-12s %s  %14d bytes  %s  %s%s%n",
                backup.id(),
                backup.kind().name().toLowerCase(Locale.ROOT),
                backup.source(),
                backup.ended(),
                backup.storedBytes(),
                backup.range()
                        .map(range -> range.fromIndex() == 0
                                ? "up to entry " + range.toIndex()
                                : "entries " + range.fromIndex() + " to " + range.toIndex())
                        .orElse("-"),
                backup.layer(),
                backup.remarks().isEmpty() ? "" : "  " + backup.remarks().size() + " remarks");
    }
}
