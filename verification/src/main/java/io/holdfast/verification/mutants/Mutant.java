package io.holdfast.verification.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A bug of the field, as text replacements in the product's source.
 *
 * @param name the file's name without its ending
 * @param about the comment that says which bug it is
 * @param edits what is replaced
 * @param entry the class below {@code io.holdfast.verification.sim} whose seeds are to show it; {@code SeedRun} by default
 */
record Mutant(String name, String about, List<Edit> edits, String entry) {

    /**
     * One replacement.
     *
     * @param file below {@code io/holdfast/replication}
     * @param before lines as they stand in the source
     * @param after lines instead
     */
    record Edit(String file, String before, String after) {

        /** Applies it. */
        String applyTo(String source, String mutant) {
            int at = source.indexOf(before);
            if (at < 0 || source.indexOf(before, at + 1) >= 0) {
                throw new IllegalStateException("mutant " + mutant + " no longer applies: its text is "
                        + (at < 0 ? "not found" : "found more than once") + " in " + file + ":\n" + before);
            }
            return source.substring(0, at) + after + source.substring(at + before.length());
        }
    }

    static List<Mutant> readAll(Path directory) throws IOException {
        List<Mutant> mutants = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".mutant")).sorted().toList()) {
                mutants.add(read(file));
            }
        }
        if (mutants.isEmpty()) {
            throw new IllegalStateException("there are no mutants in " + directory);
        }
        return mutants;
    }

    private static Mutant read(Path path) throws IOException {
        String name = path.getFileName().toString().replace(".mutant", "");
        StringBuilder about = new StringBuilder();
        List<Edit> edits = new ArrayList<>();
        String file = "";
        String entry = "SeedRun";
        StringBuilder before = new StringBuilder();
        StringBuilder after = new StringBuilder();
        StringBuilder into = about;
        for (String line : Files.readAllLines(path)) {
            if (into == about && line.startsWith("# ")) {
                about.append(line.substring(2)).append(' ');
            } else if (into == about && line.startsWith("entry ")) {
                entry = line.substring(6);
            } else if (line.startsWith("file ")) {
                file = line.substring(5);
            } else if (line.equals("replace")) {
                before = new StringBuilder();
                into = before;
            } else if (line.equals("with")) {
                after = new StringBuilder();
                into = after;
            } else if (line.equals("end")) {
                edits.add(new Edit(file, before.toString(), after.toString()));
                into = about;
            } else {
                into.append(line).append('\n');
            }
        }
        if (edits.isEmpty() || about.length() == 0) {
            throw new IllegalStateException(
                    path + " must say what it is about (# ...) and hold at least one replacement");
        }
        return new Mutant(name, about.toString().strip(), edits, entry);
    }
}
