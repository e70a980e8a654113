package io.holdfast.verification.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The POMs of a source tree, and which of them are published: all but those where {@code maven.deploy.skip} is set, and what is beneath them. */
final class SourceTree {
    private static final String BOM = "holdfast-bom";

    private final Pom root;
    private final List<Pom> all = new ArrayList<>();
    private final List<Pom> published = new ArrayList<>();

    private SourceTree(Pom root) {
        this.root = root;
    }

    static SourceTree at(Path directory) throws IOException {
        SourceTree tree = new SourceTree(Pom.read(directory.resolve("pom.xml")));
        tree.add(tree.root, true);
        return tree;
    }

    /** The tree around the working directory. */
    static SourceTree here() throws IOException {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("demo.sh"))) {
            at = at.getParent();
            if (at == null) {
                throw new IOException("no source tree around " + Path.of("").toAbsolutePath());
            }
        }
        return at(at);
    }

    private void add(Pom pom, boolean parentIsPublished) throws IOException {
        boolean isPublished = parentIsPublished
                && !pom.text("properties", "maven.deploy.skip").orElse("false").equals("true");
        all.add(pom);
        if (isPublished) {
            published.add(pom);
        }
        for (String module : pom.modules()) {
            Path child = pom.file().resolveSibling(module).resolve("pom.xml");
            add(Pom.read(child), isPublished);
        }
    }

    Path directory() {
        return root.file().toAbsolutePath().getParent();
    }

    Pom root() {
        return root;
    }

    String version() {
        return root.coordinates().version();
    }

    List<Pom> all() {
        return List.copyOf(all);
    }

    /** Parents and the list of versions among them. */
    List<Pom> published() {
        return List.copyOf(published);
    }

    /** The names of what is published as a jar. */
    Set<String> publishedJars() {
        return published.stream()
                .filter(pom -> pom.packaging().equals("jar"))
                .map(pom -> pom.coordinates().artifactId())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The list of versions. */
    Pom bom() throws IOException {
        return published.stream()
                .filter(SourceTree::isBom)
                .findFirst()
                .orElseThrow(() -> new IOException("no " + BOM + " is published by " + root));
    }

    static boolean isBom(Pom pom) {
        return pom.coordinates().artifactId().equals(BOM);
    }
}
