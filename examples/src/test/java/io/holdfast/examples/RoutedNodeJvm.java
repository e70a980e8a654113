package io.holdfast.examples;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A node of {@link RoutedServiceExample} in a process of its own, which dies with this one: at the end of its standard input. */
final class RoutedNodeJvm {
    private final Process process;

    private RoutedNodeJvm(Process process) {
        this.process = process;
    }

    static RoutedNodeJvm start(int number, List<Integer> ports, Path directory) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-Dsun.net.httpserver.nodelay=true",
                "-cp",
                System.getProperty("java.class.path"),
                RoutedNodeJvm.class.getName(),
                Integer.toString(number),
                directory.toString()));
        ports.forEach(port -> command.add(port.toString()));
        File log = directory.resolve("node-" + number + ".log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log))
                .start();
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        if (!"serves".equals(said.readLine())) {
            throw new IOException("node-" + number + " did not start; see " + log);
        }
        return new RoutedNodeJvm(process);
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The node. */
    public static void main(String[] args) throws IOException {
        List<Integer> ports = Stream.of(args).skip(2).map(Integer::valueOf).toList();
        new RoutedServiceExample().begin(Integer.parseInt(args[0]), ports, Path.of(args[1]));
        System.out.println("serves");
        int ignored = System.in.read(); // until the other end is gone
        Runtime.getRuntime().halt(ignored + 1);
    }
}
