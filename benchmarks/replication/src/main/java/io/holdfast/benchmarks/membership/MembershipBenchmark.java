package io.holdfast.benchmarks.membership;

import io.holdfast.benchmarks.members.MembersMain;
import io.holdfast.benchmarks.results.Results;
import io.holdfast.benchmarks.results.Row;
import io.holdfast.benchmarks.results.RowFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Membership of Holdfast and of others, each measured in the same way by {@link MembersMain}, in a JVM and, where the system allows
 * it, in a network of its own: {@code MembershipBenchmark DIRECTORY [--quick] [--sizes 10,30] [--repeats N] [--systems NAME,NAME]}.
 * With --sizes or --systems only those rows are replaced that were measured.
 */
public final class MembershipBenchmark {
    private static final int PORT = 21_000;
    private static final long LIMIT_MINUTES = 15;

    private final Path benchmarks;
    private boolean quick;
    private int repeats = 1;
    private List<Integer> sizes = MembershipTables.SIZES;
    private List<Contender> contenders = Contender.ALL;

    private MembershipBenchmark(Path benchmarks) {
        this.benchmarks = benchmarks;
    }

    /** See the class. */
    public static void main(String[] args) throws IOException, InterruptedException {
        MembershipBenchmark benchmark = new MembershipBenchmark(Path.of(args[0]));
        for (int i = 1; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> benchmark.quick = true;
                case "--repeats" -> benchmark.repeats = Integer.parseInt(args[++i]);
                case "--sizes" ->
                    benchmark.sizes = Arrays.stream(args[++i].split(","))
                            .map(Integer::valueOf)
                            .toList();
                case "--systems" ->
                    benchmark.contenders = Arrays.stream(args[++i].split(","))
                            .map(Contender::named)
                            .toList();
                default -> throw new IllegalArgumentException("not known: " + args[i]);
            }
        }
        benchmark.run();
    }

    private Path file() {
        return benchmarks.resolve(quick ? "target/quick" : "results").resolve("membership.json");
    }

    private void run() throws IOException, InterruptedException {
        for (int size : sizes) {
            for (Contender contender : contenders) {
                List<Row> measured = new ArrayList<>();
                for (int repeat = 1; repeat <= repeats; repeat++) {
                    measure(contender, size, repeat, measured);
                }
                List<Row> rows = new ArrayList<>(RowFile.read(file()));
                rows.removeIf(row -> row.system().equals(contender.system())
                        && row.settings().equals(contender.settings())
                        && row.work().equals(MembershipTables.work(size)));
                rows.addAll(measured);
                RowFile.write(file(), rows);
            }
        }
        System.out.println();
        System.out.print(new MembershipTables(new Results(RowFile.read(file()))).toText());
    }

    private void measure(Contender contender, int size, int repeat, List<Row> into)
            throws IOException, InterruptedException {
        System.out.println("== " + contender.label() + ", N=" + size + ", " + repeat);
        Path target = benchmarks.resolve(contender.module()).resolve("target").toAbsolutePath();
        if (!Files.isDirectory(target.resolve("lib"))) {
            throw new IllegalStateException(
                    contender.system() + " is not built: " + target.resolve("lib") + " is missing");
        }
        List<String> command = new ArrayList<>(networkOfItsOwn());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx4g",
                "-XX:+UseSerialGC",
                "-Djava.net.preferIPv4Stack=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                MembersMain.class.getName(),
                contender.subject(),
                contender.settings(),
                Integer.toString(size),
                Integer.toString(PORT),
                quick ? "10" : "20",
                quick ? "10" : "30",
                "2"));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread end = new Thread(process::destroyForcibly, "end-child");
        Runtime.getRuntime().addShutdownHook(end);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(MembersMain.ROW)) {
                    String[] fields = line.substring(MembersMain.ROW.length()).split("\t");
                    into.add(new Row(
                            contender.system(),
                            contender.settings(),
                            MembershipTables.work(size),
                            fields[0],
                            Double.parseDouble(fields[1]),
                            fields[2],
                            repeat));
                } else {
                    System.out.println("   " + line);
                }
            }
        }
        if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
            System.out.println("   it broke off: " + process.exitValue());
            into.add(new Row(
                    contender.system(),
                    contender.settings(),
                    MembershipTables.work(size),
                    MembershipTables.BROKE_OFF,
                    1,
                    "1",
                    repeat));
        }
        Runtime.getRuntime().removeShutdownHook(end);
    }

    /** So that nobody else's bytes are counted; where the system does not allow it, others' count, too. */
    private static List<String> networkOfItsOwn() throws InterruptedException {
        List<String> command = List.of("unshare", "-rn", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");
        List<String> probe = new ArrayList<>(command);
        probe.add("true");
        try {
            Process tried = new ProcessBuilder(probe)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (tried.waitFor() == 0) {
                return command;
            }
        } catch (IOException none) {
            // there is no such program
        }
        System.out.println("no network namespace can be made here: wire bytes are those of the whole machine");
        return List.of();
    }
}
