package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Has a process that has seen nothing of a run judge what it left. */
final class Verifier {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final List<String> JVM = List.of("-Xmx512m", "-XX:+UseSerialGC", "-Xshare:auto");

    private Verifier() {}

    /**
     * Runs it, and shows what it prints.
     *
     * @param program prints lines, those about what is wrong with {@link DemoVerify#PROBLEM} before them
     * @param data where its log goes
     * @return what is wrong; empty if nothing
     */
    static List<String> run(Class<?> program, List<String> arguments, Path data, Children children, Display display)
            throws IOException, InterruptedException {
        List<String> said = new CopyOnWriteArrayList<>();
        Path log = data.resolve("verify.log");
        ChildJvm verifier = children.add(() -> ChildJvm.start("verifier", JVM, program, arguments, log, said::add));
        if (!verifier.awaitExit(PATIENCE)) {
            throw new DemoFailure("the verifier came to no end within " + PATIENCE.toMinutes() + " minutes");
        }
        List<String> problems = new ArrayList<>();
        for (String line : said) {
            display.plain(line);
            if (line.startsWith(DemoVerify.PROBLEM)) {
                problems.add(line.substring(DemoVerify.PROBLEM.length()));
            }
        }
        if (verifier.exitStatus() != 0 && problems.isEmpty()) {
            problems.add("the verifier failed with exit status " + verifier.exitStatus() + "; see " + log);
        }
        return problems;
    }
}
