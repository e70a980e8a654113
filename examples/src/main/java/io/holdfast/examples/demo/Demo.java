package io.holdfast.examples.demo;

import io.holdfast.examples.demo.DemoOptions.Act;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The demonstration, in six acts. The first: three node processes on loopback, a client process that streams a file through
 * them, masters killed by {@code kill -9} in mid-stream, and at the end the disks compared with the input. The second: what
 * runs on the master runs on one node, also when that one is stopped, or hands over. The third: two nodes join and the master
 * leaves while a client streams. The fourth: many callers of a service are routed while masters die. The fifth: all
 * nodes and their data are lost, and a new cluster begins from backups. The sixth: nodes are started and stopped as the load needs
 * them, while masters die. {@code demo.sh} starts it; {@code --help} says what it takes. Exit status 0 for PASS, 1 for FAIL, 2 for a wrong call.
 */
public final class Demo {
    private static final int PASS = 0;
    private static final int FAIL = 1;
    private static final int WRONG_CALL = 2;

    private Demo() {}

    /** Runs the demonstration and ends this JVM with the verdict's status. */
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    /** Runs it, and returns the exit status. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(DemoOptions.USAGE);
            return PASS;
        }
        DemoOptions options;
        InputFile scanned;
        DataDirectory data;
        try {
            options = DemoOptions.parse(arguments, Path.of(System.getProperty("demo.home", ".")));
            scanned = options.act().streams() ? InputFile.scan(options.input()) : null;
            data = DataDirectory.create(options.data());
        } catch (IllegalArgumentException e) {
            err.println("demo: " + e.getMessage());
            err.println(DemoOptions.USAGE);
            return WRONG_CALL;
        } catch (IOException e) {
            err.println("demo: " + e.getMessage());
            return WRONG_CALL;
        }
        Children children = new Children();
        AtomicBoolean settled = new AtomicBoolean(options.keep());
        Thread atExit = new Thread(() -> {
            children.close();
            remove(data, settled, err);
        });
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            InputFile input =
                    scanned == null || options.lines() == 0 ? scanned : multiply(scanned, options.lines(), data);
            if (input != null && options.act().plays(Act.ONE)) {
                actOne(input, options, data, children, new Display(out, options.live(), options.columns()));
                passed(out, options, 1);
            }
            if (options.act().plays(Act.TWO)) {
                Display display = new Display(out, options.live(), options.columns());
                new DutyRun(options.store(), data.path().resolve("act-2"), children, display).run();
                passed(out, options, 2);
            }
            if (input != null && options.act().plays(Act.THREE)) {
                Display display = new Display(out, options.live(), options.columns());
                new ShapeRun(input, data.path().resolve("act-3"), children, display).run();
                passed(out, options, 3);
            }
            if (options.act().plays(Act.FOUR)) {
                Display display = new Display(out, options.live(), options.columns());
                Path fourth = data.path().resolve("act-4");
                new RouteRun(options.callers(), options.kills(), fourth, children, display).run();
                passed(out, options, 4);
            }
            if (input != null && options.act().plays(Act.FIVE)) {
                Display display = new Display(out, options.live(), options.columns());
                new SavedRun(input, data.path().resolve("act-5"), children, display).run();
                passed(out, options, 5);
            }
            if (options.act().plays(Act.SIX)) {
                Display display = new Display(out, options.live(), options.columns());
                new ScaleRun(options.most(), data.path().resolve("act-6"), children, display).run();
                passed(out, options, 6);
            }
            if (options.keep()) {
                out.println("the data are kept in " + data.path());
            }
            out.println("PASS");
            return PASS;
        } catch (DemoFailure | IOException e) {
            failed(out, children, data, settled, e.getMessage() == null ? e.toString() : e.getMessage());
            return FAIL;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(out, children, data, settled, "interrupted");
            return FAIL;
        } finally {
            children.close();
            remove(data, settled, err);
            forget(atExit);
        }
    }

    private static void passed(PrintStream out, DemoOptions options, int act) {
        if (options.act() == Act.ALL) {
            out.println("act " + act + ": PASS");
            out.println();
        }
    }

    private static void actOne(
            InputFile input, DemoOptions options, DataDirectory data, Children children, Display display)
            throws IOException, InterruptedException {
        // A kill needs a line that is sent after it, or nobody could say what it cost.
        int kills = (int) Math.min(options.kills(), input.lines());
        String fewer = kills < options.kills() ? ", not " + options.kills() + ": there are so few lines" : "";
        display.plain("Holdfast: three nodes, one client, kills of the master: " + kills + fewer);
        display.plain("input    " + input.path() + ", " + VerdictTable.grouped(input.bytes()) + " bytes, "
                + VerdictTable.grouped(input.lines()) + " lines");
        display.plain("SHA-256  " + input.sha256());
        display.plain("data     " + data.path() + " on " + data.fileSystem());
        display.plain("this     PID " + ProcessHandle.current().pid());
        new DemoRun(input, kills, options, data.path(), children, display).run();
    }

    /** A failed run keeps its data, which are the evidence, unless it failed because it was broken off. */
    private static void failed(
            PrintStream out, Children children, DataDirectory data, AtomicBoolean settled, String reason) {
        if (!children.isClosed()) {
            settled.set(true);
            out.println("the data are kept in " + data.path());
        }
        out.println("FAIL: " + reason);
        out.flush();
    }

    /** Removes the data, unless somebody has settled their fate before. */
    private static void remove(DataDirectory data, AtomicBoolean settled, PrintStream err) {
        if (settled.compareAndSet(false, true)) {
            try {
                data.delete();
            } catch (IOException e) {
                err.println("demo: " + data.path() + " could not be removed: " + e);
            }
        }
    }

    private static void forget(Thread atExit) {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending and runs it: what it would do has been done.
        }
    }

    private static InputFile multiply(InputFile text, long lines, DataDirectory data) throws IOException {
        Path made = data.path().resolve("input.txt");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(made), 1 << 20)) {
            long number = 0;
            while (number < lines) {
                long before = number;
                try (RecordReader records = new RecordReader(text.path())) {
                    for (byte[] line = records.next(); line != null && number < lines; line = records.next()) {
                        out.write((number + " ").getBytes(StandardCharsets.US_ASCII));
                        out.write(line);
                        out.write('\n');
                        number++;
                    }
                }
                if (number == before) {
                    throw new IOException(text.path() + " has no lines to repeat");
                }
            }
        }
        return InputFile.scan(made);
    }
}
