package io.holdfast.verification.release;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What is asked of the list of versions: all that is published, nothing else, in the tree's version, and no parent. */
final class BomRules {
    /** What it has to say itself, for want of a parent, and says as the root does. */
    private static final String[][] SAID_TWICE = {
        {"groupId"},
        {"version"},
        {"url"},
        {"inceptionYear"},
        {"licenses"},
        {"developers"},
        {"scm"},
        {"properties", "project.build.outputTimestamp"},
    };

    private BomRules() {}

    /** What is wrong with it; nothing, if all is well. */
    static List<String> findings(SourceTree tree) throws IOException {
        Pom bom = tree.bom();
        List<String> wrong = new ArrayList<>();
        bom.parent()
                .ifPresent(parent -> wrong.add(bom + " has a parent, whose versions its users would get: " + parent));
        for (String[] path : SAID_TWICE) {
            if (!Objects.equals(squeezed(bom, path), squeezed(tree.root(), path))) {
                wrong.add(bom + " has another " + String.join("/", path) + " than " + tree.root());
            }
        }
        Set<String> jars = tree.publishedJars();
        Set<String> listed = new HashSet<>();
        for (Pom.Coordinates each : bom.managed()) {
            if (!each.groupId().equals(tree.root().coordinates().groupId()) || !jars.contains(each.artifactId())) {
                wrong.add(bom + " lists " + each + ", which is no jar that is published");
            }
            if (!each.version().equals("${project.version}")) {
                wrong.add(bom + " lists " + each + ", and not in ${project.version}");
            }
            if (!listed.add(each.artifactId())) {
                wrong.add(bom + " lists " + each + " twice");
            }
        }
        jars.stream().filter(jar -> !listed.contains(jar)).forEach(jar -> wrong.add(bom + " does not list " + jar));
        return wrong;
    }

    private static String squeezed(Pom pom, String... path) {
        return pom.text(path).orElse("").replaceAll("\\s+", " ");
    }
}
