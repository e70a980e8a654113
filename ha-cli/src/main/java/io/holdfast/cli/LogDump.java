package io.holdfast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.holdfast.replication.OfflineDirectory;
import io.holdfast.replication.OfflineDirectory.Entry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is in a node's log? */
@Command(
        name = "dump",
        description = {
            "Prints the log's entries, a line each, up to where the log ends or is damaged; whether it ends as it"
                    + " should is what verify says.",
            "A line: index, term, the master's time, kind; of a command also session, number in it, machine, length."
        },
        mixinStandardHelpOptions = true)
final class LogDump implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "as given to LogReplication.inDirectory")
    private Path directory;

    @Option(names = "--from", paramLabel = "INDEX", description = "the first index; by default the log's first")
    private long from;

    @Option(names = "--to", paramLabel = "INDEX", description = "the last index; by default the log's last")
    private long to = Long.MAX_VALUE;

    @Option(names = "--hex", description = "with the commands' bytes, in hexadecimal")
    private boolean hex;

    @Option(names = "--json", description = "a JSON object a line instead of text; commands' bytes in base 64")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        ObjectMapper mapper = new ObjectMapper();
        OfflineDirectory.entries(directory, from, to, entry -> {
            try {
                out.println(json ? mapper.writeValueAsString(entry) : line(entry));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        });
        return ExitCodes.WHOLE;
    }

    private String line(Entry entry) {
        StringBuilder line = new StringBuilder();
        line.append(entry.index())
                .append(' ')
                .append(entry.term())
                .append(' ')
                .append(Instant.ofEpochMilli(entry.wallMillis()))
                .append(' ')
                .append(entry.kind());
        if (entry.session() != 0) {
            line.append(" session ").append(entry.session());
        }
        if (entry.kind().equals("command")) {
            line.append(" number ")
                    .append(entry.sequence())
                    .append(" for ")
                    .append(entry.machine())
                    .append(", ")
                    .append(entry.body().length)
                    .append(" bytes");
            if (hex) {
                line.append(' ').append(HexFormat.of().formatHex(entry.body()));
            }
        }
        return line.toString();
    }
}
