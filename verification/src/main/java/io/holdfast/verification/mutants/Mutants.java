package io.holdfast.verification.mutants;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Shows that the simulator finds what it is meant to find: bugs that others shipped are put back, one at a time, and each
 * must be caught within a bounded number of seeds. {@code Mutants DIRECTORY SOURCES SEEDS [NAME...]}
 */
public final class Mutants {
    private Mutants() {}

    /** See the class. Exits with 1 if a mutant is not caught or no longer applies. */
    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            System.err.println("usage: Mutants DIRECTORY SOURCES SEEDS [NAME...]");
            System.exit(2);
        }
        List<String> names = List.of(args).subList(3, args.length);
        List<String> missed = hunt(Path.of(args[0]), Path.of(args[1]), Integer.parseInt(args[2]), names);
        System.out.println(missed.isEmpty() ? "every mutant was caught" : "NOT CAUGHT: " + missed);
        System.exit(missed.isEmpty() ? 0 : 1);
    }

    /** Hunts all of them, or those named, and returns the names of those that were not caught. */
    static List<String> hunt(Path directory, Path sources, int seeds, List<String> names)
            throws IOException, ReflectiveOperationException {
        List<String> missed = new ArrayList<>();
        try (MutantCompiler compiler = new MutantCompiler()) {
            for (Mutant mutant : Mutant.readAll(directory)) {
                if (!names.isEmpty() && !names.contains(mutant.name())) {
                    continue;
                }
                long begin = System.nanoTime();
                String found = new MutantRun(sources, mutant, compiler).hunt(1, seeds);
                if (found.isEmpty()) {
                    missed.add(mutant.name());
                }
                System.out.printf(
                        "%-40s %s (%.1f s)%n",
                        mutant.name(),
                        found.isEmpty() ? "NOT CAUGHT within " + seeds + " seeds" : "caught by " + found,
                        (System.nanoTime() - begin) / 1e9);
            }
        }
        return missed;
    }
}
