package io.holdfast.examples.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The server's programs of the newest PostgreSQL that is installed, and as whom to run them: it refuses to run as root.
 *
 * @param bin holds initdb and postgres
 * @param as what to put before a command; empty if nothing is needed
 */
record PostgresPrograms(Path bin, List<String> as) {
    static final String HOW_TO_INSTALL = "apt-get install postgresql, or brew install postgresql, brings one";

    private static final String USER = "postgres";
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    /** Where packages put versions side by side: Debian, Red Hat's own and the project's, Homebrew. */
    private static final List<String> PLACES =
            List.of("/usr/lib/postgresql", "/usr", "/opt/homebrew/opt", "/usr/local/opt");

    /** Empty if there are none, or no user to run them as. */
    static Optional<PostgresPrograms> find() {
        List<Path> found = new ArrayList<>();
        for (String place : PLACES) {
            try (Stream<Path> inside = Files.list(Path.of(place))) {
                inside.map(directory -> directory.resolve("bin"))
                        .filter(PostgresPrograms::isComplete)
                        .forEach(found::add);
            } catch (IOException e) {
                // Not a place of this system's.
            }
        }
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (!directory.isEmpty() && isComplete(Path.of(directory))) {
                found.add(Path.of(directory));
            }
        }
        Optional<Path> newest = found.stream().max(Comparator.comparingDouble(PostgresPrograms::version));
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        if (!"root".equals(System.getProperty("user.name"))) {
            return Optional.of(new PostgresPrograms(newest.get(), List.of()));
        }
        if (!Files.isExecutable(SETPRIV) || !hasUser()) {
            return Optional.empty();
        }
        return Optional.of(new PostgresPrograms(
                newest.get(),
                List.of(SETPRIV.toString(), "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--")));
    }

    private static boolean isComplete(Path bin) {
        return Files.isExecutable(bin.resolve("initdb")) && Files.isExecutable(bin.resolve("postgres"));
    }

    /** By the directory's name, such as 15 or postgresql@16; -1 if that says nothing. */
    private static double version(Path bin) {
        Path parent = bin.getParent();
        Path name = parent == null ? null : parent.getFileName();
        String digits = name == null ? "" : name.toString().replaceAll("[^0-9.]", "");
        return digits.matches("[0-9]{1,3}(\\.[0-9]{1,3})?") ? Double.parseDouble(digits) : -1;
    }

    private static boolean hasUser() {
        try (Stream<String> users = Files.lines(Path.of("/etc/passwd"))) {
            return users.anyMatch(line -> line.startsWith(USER + ":"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether the programs run as somebody else than this process. */
    boolean asSomebodyElse() {
        return !as.isEmpty();
    }

    /** Makes a directory theirs. */
    void give(Path directory) throws IOException {
        if (asSomebodyElse()) {
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
        }
    }

    /** A command of theirs. */
    List<String> command(List<String> words) {
        List<String> all = new ArrayList<>(as);
        all.addAll(words);
        return all;
    }
}
