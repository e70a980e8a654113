package io.holdfast.verification.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a Maven repository in a directory holds what this tree publishes, complete, and nothing else of ours: for each artifact what Maven
 * Central asks for, and jars that are modules, with the sources of all their classes and a page for each package that they export.
 */
public final class ReleaseCheck {
    /** Of Maven Central; a name and a description of one's own are asked for apart. */
    private static final String[][] METADATA = {
        {"url"},
        {"licenses", "license", "name"},
        {"licenses", "license", "url"},
        {"developers", "developer", "name"},
        {"scm", "url"},
        {"scm", "connection"},
        {"scm", "developerConnection"},
    };

    /** What would send users to other repositories, or says where ours was put. */
    private static final String[] UNWANTED = {"repositories", "pluginRepositories", "distributionManagement"};

    private static final Set<String> CHECKSUMS = Set.of(".md5", ".sha1");

    private final Path repository;
    private final SourceTree tree;
    private final boolean signed;
    private final List<String> wrong = new ArrayList<>();

    private ReleaseCheck(Path repository, SourceTree tree, boolean signed) {
        this.repository = repository;
        this.tree = tree;
        this.signed = signed;
    }

    /**
     * Says what is wrong, and exits with 1 if anything is.
     *
     * @param args the repository's directory, the source tree's, and {@code signed} where everything has to have a signature
     */
    public static void main(String[] args) throws IOException {
        SourceTree tree = SourceTree.at(Path.of(args[1]));
        List<String> wrong = findings(Path.of(args[0]), tree, args.length > 2 && args[2].equals("signed"));
        wrong.forEach(System.out::println);
        System.out.println(tree.published().size() + " artifacts of version " + tree.version() + ", "
                + tree.publishedJars().size() + " of them with jars: "
                + (wrong.isEmpty() ? "complete" : wrong.size() + " findings"));
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    /** What is wrong with it; nothing, if all is well. */
    static List<String> findings(Path repository, SourceTree tree, boolean signed) throws IOException {
        ReleaseCheck check = new ReleaseCheck(repository, tree, signed);
        check.checkNames();
        for (Pom source : tree.published()) {
            check.checkArtifact(source);
        }
        check.wrong.addAll(BomRules.findings(tree));
        return check.wrong;
    }

    private Path group() {
        return repository.resolve(tree.root().coordinates().groupId().replace('.', '/'));
    }

    private Path directoryOf(Pom.Coordinates artifact) {
        return group().resolve(artifact.artifactId()).resolve(artifact.version());
    }

    /** What lies there is what is published, by name. */
    private void checkNames() throws IOException {
        Set<String> expected = tree.published().stream()
                .map(pom -> pom.coordinates().artifactId())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> found = new TreeSet<>();
        for (Path each : filesIn(group())) {
            if (Files.isDirectory(each)) {
                found.add(each.getFileName().toString());
            }
        }
        expected.stream().filter(name -> !found.contains(name)).forEach(name -> wrong.add(name + " is not there"));
        found.stream()
                .filter(name -> !expected.contains(name))
                .forEach(name -> wrong.add(name + " is not published, and there"));
    }

    private void checkArtifact(Pom source) throws IOException {
        String name = source.coordinates().artifactId();
        Path directory = directoryOf(source.coordinates());
        Optional<Path> pom = filesIn(directory).stream()
                .filter(file -> file.toString().endsWith(".pom"))
                .findFirst();
        if (pom.isEmpty()) {
            wrong.add(name + " has no POM in " + directory);
            return;
        }
        checkMetadata(name, Pom.read(pom.get()));
        // A snapshot's files have a time in place of the word.
        String file = pom.get().getFileName().toString();
        String base = file.substring(0, file.length() - ".pom".length());
        checkFile(name, directory, file);
        if (!source.packaging().equals("jar")) {
            return;
        }
        boolean complete = true;
        for (String suffix : List.of(".jar", "-sources.jar", "-javadoc.jar")) {
            complete &= checkFile(name, directory, base + suffix);
        }
        if (complete) {
            PublishedJar jar = new PublishedJar(
                    directory.resolve(base + ".jar"),
                    directory.resolve(base + "-sources.jar"),
                    directory.resolve(base + "-javadoc.jar"));
            jar.findings().forEach(finding -> wrong.add(name + ": " + finding));
        }
    }

    private boolean checkFile(String name, Path directory, String file) {
        if (!Files.isRegularFile(directory.resolve(file))) {
            wrong.add(name + " has no " + file);
            return false;
        }
        for (String checksum : CHECKSUMS) {
            if (!Files.isRegularFile(directory.resolve(file + checksum))) {
                wrong.add(name + " has no " + file + checksum);
            }
        }
        if (signed && !Files.isRegularFile(directory.resolve(file + ".asc"))) {
            wrong.add(name + " has no signature of " + file);
        }
        return true;
    }

    private void checkMetadata(String name, Pom pom) throws IOException {
        for (String own : List.of("name", "description")) {
            if (pom.text(own).isEmpty()) {
                wrong.add(name + " has no " + own + " in its POM");
            }
        }
        for (String[] path : METADATA) {
            if (inherited(pom, path).isEmpty()) {
                wrong.add(name + " has no " + String.join("/", path) + " in its POM, nor in a parent's that is there");
            }
        }
        for (String unwanted : UNWANTED) {
            if (pom.text(unwanted).isPresent()) {
                wrong.add(name + " has " + unwanted + " in its POM");
            }
        }
    }

    /** Its own or, as Maven does it, that of the nearest parent that has it, as far as those are in the repository. */
    private Optional<String> inherited(Pom pom, String... path) throws IOException {
        Optional<String> own = pom.text(path);
        Optional<Pom.Coordinates> parent = pom.parent();
        if (own.isPresent() || parent.isEmpty()) {
            return own;
        }
        for (Path each : filesIn(directoryOf(parent.get()))) {
            if (each.toString().endsWith(".pom")) {
                return inherited(Pom.read(each), path);
            }
        }
        return Optional.empty();
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
