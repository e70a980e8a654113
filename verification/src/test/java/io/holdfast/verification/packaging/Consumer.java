package io.holdfast.verification.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.HaCluster;
import io.holdfast.replication.LogReplication;
import io.holdfast.verification.process.Waiting;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A project that depends on {@code ha-replication} and on nothing else: compiles its sources and runs them in a JVM. */
final class Consumer {
    /** What ha-core and ha-replication bring along when they run; no logger, no test tool. */
    private static final Pattern RUNTIME_DEPENDENCIES =
            Pattern.compile("(netty|jackson|micrometer|HdrHistogram|LatencyUtils|jspecify|slf4j-api).*\\.jar");

    private final Path directory;
    private final Path classes;

    /** @param directory an empty one; also the working directory of what is run */
    Consumer(Path directory) {
        this.directory = directory;
        this.classes = directory.resolve("classes");
    }

    /** The two products and what they need, as a path. */
    static String libraries() throws URISyntaxException {
        Stream<String> products = Stream.of(locationOf(HaCluster.class), locationOf(LogReplication.class));
        Stream<String> others = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> RUNTIME_DEPENDENCIES
                        .matcher(Path.of(entry).getFileName().toString())
                        .matches());
        return Stream.concat(products, others).collect(Collectors.joining(File.pathSeparator));
    }

    private static String locationOf(Class<?> product) throws URISyntaxException {
        return Path.of(product.getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString();
    }

    Path classes() {
        return classes;
    }

    Path source(String name, String text) throws IOException {
        Path file = directory.resolve("src").resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    /** Compiles with every warning an error, save those about others' automatic modules. */
    void compile(List<Path> sources, String... options) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> all = new ArrayList<>(List.of("--release", "17", "-proc:none", "-d", classes.toString()));
        all.addAll(List.of(options));
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages, files, null, all, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertTrue(compiled, messages.toString());
        }
    }

    /** Runs {@code java} with these arguments; whatever happens, the process has ended when this returns. */
    String run(String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(2 * Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertTrue(ended, "it still ran after " + Waiting.PATIENCE.multipliedBy(2) + ", and said: " + said);
            assertEquals(0, process.exitValue(), said);
            return said;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
