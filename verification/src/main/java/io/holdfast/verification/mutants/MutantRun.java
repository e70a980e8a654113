package io.holdfast.verification.mutants;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/** Puts one mutant into a copy of the source, compiles what it changes, and lets the simulator look for the bug. */
final class MutantRun {
    /** What the mutated classes are entered through; it returns what is wrong with a seed, or an empty string. */
    private static final String ENTRIES = "io.holdfast.verification.sim.";

    private final Path sources;
    private final Mutant mutant;
    private final MutantCompiler compiler;

    /** @param sources the product's {@code src/main/java} */
    MutantRun(Path sources, Mutant mutant, MutantCompiler compiler) {
        this.sources = sources;
        this.mutant = mutant;
        this.compiler = compiler;
    }

    /**
     * Runs seeds until one shows the bug.
     *
     * @return "seed N: what it showed", or an empty string if none of them did
     */
    String hunt(long fromSeed, int seeds) throws IOException, ReflectiveOperationException {
        Path work = Files.createTempDirectory("mutant-");
        try {
            Path classes = compile(work);
            try (URLClassLoader loader = isolated(classes)) {
                LongFunction<String> run = entry(loader, ENTRIES + mutant.entry());
                for (long seed = fromSeed; seed < fromSeed + seeds; seed++) {
                    String problem = run.apply(seed);
                    if (!problem.isEmpty()) {
                        return "seed " + seed + ": " + problem;
                    }
                }
            }
            return "";
        } finally {
            delete(work);
        }
    }

    /** Only what is different: all else is taken from the product's classes, which are behind these on the class path. */
    private Path compile(Path work) throws IOException {
        Map<Path, String> changed = new LinkedHashMap<>();
        for (Mutant.Edit edit : mutant.edits()) {
            Path file = Path.of("io/holdfast/replication").resolve(edit.file());
            String before = changed.containsKey(file) ? changed.get(file) : Files.readString(sources.resolve(file));
            changed.put(file, edit.applyTo(before, mutant.name()));
        }
        List<File> files = new ArrayList<>();
        for (Map.Entry<Path, String> each : changed.entrySet()) {
            Path target = work.resolve("src").resolve(each.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, each.getValue());
            files.add(target.toFile());
        }
        Path classes = Files.createDirectories(work.resolve("classes"));
        String wrong = compiler.compile(files, classes);
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("mutant " + mutant.name() + ": " + wrong);
        }
        return classes;
    }

    /** The mutated classes first, then everything else, with nothing shared but the JDK. */
    private static URLClassLoader isolated(Path classes) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        urls.add(classes.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    @SuppressWarnings("unchecked") // the entry's type is known, and shared: it is the JDK's
    private static LongFunction<String> entry(ClassLoader loader, String name) throws ReflectiveOperationException {
        return (LongFunction<String>)
                loader.loadClass(name).getDeclaredConstructor().newInstance();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
