package io.holdfast.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code ha} command. Its exit codes are part of what it promises; see {@link ExitCodes}. */
@Command(
        name = "ha",
        description = "Looks at a cluster and at what its nodes keep, commands it, and mends it.",
        mixinStandardHelpOptions = true,
        version = "holdfast 0.1.0",
        subcommands = {
            Status.class,
            Explain.class,
            SafeToStopCommand.class,
            Transfer.class,
            Drain.class,
            MembersCommand.class,
            VotersCommand.class,
            UpgradeCommand.class,
            LogCommand.class,
            BackupCommand.class,
            ScaleCommand.class,
            Recover.class
        })
public final class Ha {
    private Ha() {}

    /** Runs a command and exits. */
    public static void main(String[] args) {
        Charset charset = Charset.defaultCharset();
        System.exit(run(new PrintWriter(System.out, true, charset), new PrintWriter(System.err, true, charset), args));
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new Ha());
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((wrong, given) -> {
            PrintWriter to = wrong.getCommandLine().getErr();
            to.println(wrong.getMessage());
            wrong.getCommandLine().usage(to);
            return ExitCodes.USAGE;
        });
        line.setExecutionExceptionHandler((failure, command, result) -> {
            command.getErr().println(failure.getMessage() == null ? failure : failure.getMessage());
            return ExitCodes.of(failure);
        });
        if (args.length == 0) {
            line.usage(err);
            return ExitCodes.USAGE;
        }
        int code = line.execute(args);
        out.flush();
        err.flush();
        return code;
    }
}
