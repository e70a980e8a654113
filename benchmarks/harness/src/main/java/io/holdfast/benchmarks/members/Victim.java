package io.holdfast.benchmarks.members;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A node in a JVM of its own, which is killed or stopped one day; and what it says of how many it sees. */
final class Victim {
    /** Begins the names of threads that listen to victims. */
    static final String READER = "reader of ";

    private static final String SIZE = "@size ";
    private static final String THREADS = "@threads ";
    private static final int LOOKS_BETWEEN_COUNTS = 500;

    private final String name;
    private final Process process;
    private volatile int size;
    private volatile long sizeMillis;
    private volatile int threads;

    Victim(String system, String settings, String name, int port, int seed) throws IOException {
        this.name = name;
        this.process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-Djava.net.preferIPv4Stack=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        system,
                        settings,
                        name,
                        Integer.toString(port),
                        Integer.toString(seed)))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Thread reader = new Thread(this::read, READER + name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(SIZE)) {
                    String[] fields = line.substring(SIZE.length()).split(" ");
                    sizeMillis = Long.parseLong(fields[1]);
                    size = Integer.parseInt(fields[0]);
                } else if (line.startsWith(THREADS)) {
                    threads = Integer.parseInt(line.substring(THREADS.length()));
                }
            }
        } catch (IOException gone) {
            size = 0;
        }
    }

    /** The node itself. It ends with its standard input, and whoever has it. */
    public static void main(String[] args) throws Exception {
        MemberSystem system = MembersMain.system(args[0], args[1]);
        int before = Usage.threads() + 1; // the one that waits for the end
        MemberNode node = system.start(args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]), (by, who) -> {});
        Thread orphaned = new Thread(() -> {
            try {
                var unused = System.in.readAllBytes();
            } catch (IOException gone) {
                // the same
            }
            Runtime.getRuntime().halt(3);
        });
        orphaned.setDaemon(true);
        orphaned.start();
        int last = -1;
        for (int look = 0; ; look++) {
            int now = node.size();
            if (now != last) {
                last = now;
                System.out.println(SIZE + now + " " + System.currentTimeMillis());
            }
            if (look % LOOKS_BETWEEN_COUNTS == 0) {
                System.out.println(THREADS + (Usage.threads() - before));
            }
            Thread.sleep(2);
        }
    }

    String name() {
        return name;
    }

    int size() {
        return size;
    }

    /** When it saw so many, by the wall clock of this machine. */
    long sizeMillis() {
        return sizeMillis;
    }

    /** How many threads it has brought to its JVM, as of a second ago. */
    int threads() {
        return threads;
    }

    void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    void end() {
        process.destroyForcibly();
    }
}
