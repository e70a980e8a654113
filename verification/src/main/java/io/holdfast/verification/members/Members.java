package io.holdfast.verification.members;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Real nodes with gossip in JVMs of their own. See {@code verification/members.sh --help}. Ends with 0 for PASS, 1 for FAIL, 2 for
 * a wrong option.
 */
public final class Members {
    private Members() {}

    /** See the class. */
    public static void main(String[] args) throws IOException, InterruptedException {
        double minutes = 3;
        String only = "";
        for (int i = 0; i < args.length; i += 2) {
            String value = i + 1 < args.length ? args[i + 1] : "";
            if (args[i].equals("--minutes") && value.matches("[0-9]+([.][0-9]+)?")) {
                minutes = Double.parseDouble(value);
            } else if (args[i].equals("--only") && value.matches("gossip|voters")) {
                only = value;
            } else {
                System.err.println("unknown option " + args[i] + " " + value + "; see --help");
                System.exit(2);
            }
        }
        Path directory = Files.createTempDirectory("members-");
        Steps steps = new Steps(System.out::println);
        try {
            if (!only.equals("voters")) {
                MembersRun.run(
                        Files.createDirectory(directory.resolve("gossip")),
                        Duration.ofMillis((long) (minutes * 60_000)),
                        steps);
            }
            if (!only.equals("gossip")) {
                VotersRun.run(Files.createDirectory(directory.resolve("voters")), steps);
            }
        } catch (IOException failed) {
            System.out.println(failed.getMessage());
            System.out.println("Logs: " + directory);
            System.out.println("FAIL");
            System.exit(1);
        }
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
        System.out.println("PASS");
        System.exit(0);
    }
}
