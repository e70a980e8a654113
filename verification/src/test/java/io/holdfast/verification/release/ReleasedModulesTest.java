package io.holdfast.verification.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of versions is in step with the modules, and what users are told to write with both. */
class ReleasedModulesTest {
    private static final Pattern XML_BLOCK = Pattern.compile("```xml\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern PLATFORM = Pattern.compile("platform\\(\"io\\.holdfast:holdfast-bom:([^\"]+)\"\\)");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(ha-[^`]+)` \\| `([^`]+)` \\|");
    private static final Pattern MODULE = Pattern.compile("(?m)(?:^module |<Automatic-Module-Name>)([a-z0-9.]+)");

    private SourceTree tree;

    @BeforeEach
    void read() throws Exception {
        tree = SourceTree.here();
    }

    @Test
    void theListHasAllThatIsPublishedAndNothingElse() throws Exception {
        assertEquals(List.of(), BomRules.findings(tree));
    }

    @Test
    void allAreOfOneVersion() {
        for (Pom each : tree.all()) {
            assertEquals(tree.version(), each.coordinates().version(), each.toString());
        }
    }

    @Test
    void whatIsForTheProjectItselfIsNotPublished() {
        List<String> published = tree.published().stream()
                .map(pom -> pom.coordinates().artifactId())
                .toList();
        assertTrue(published.contains("ha-core"), published.toString());
        for (String each : published) {
            assertTrue(
                    each.startsWith("ha-")
                            || List.of("holdfast", "holdfast-bom", "integrations")
                                    .contains(each),
                    each + " is published; set maven.deploy.skip, if it is for this project alone");
        }
    }

    @Test
    void eachSaysWhatItIs() {
        for (Pom each : tree.published()) {
            assertTrue(each.text("name").isPresent(), each + " has no name");
            assertTrue(each.text("description").isPresent(), each + " has no description");
        }
    }

    @Test
    void thePageNamesEachArtifactAndItsModule() throws Exception {
        Map<String, String> published = new TreeMap<>();
        for (Pom each : tree.published()) {
            if (each.packaging().equals("jar")) {
                published.put(each.coordinates().artifactId(), moduleOf(each));
            }
        }
        Map<String, String> named = new TreeMap<>();
        ROW.matcher(Files.readString(tree.directory().resolve("docs/releasing.md")))
                .results()
                .forEach(row -> named.put(row.group(1), row.group(2)));
        assertEquals(published, named);
    }

    /** As its module-info says, or for want of one its jar's manifest. */
    private static String moduleOf(Pom pom) throws Exception {
        Path descriptor = pom.file().resolveSibling("src/main/java/module-info.java");
        String text = Files.readString(Files.exists(descriptor) ? descriptor : pom.file());
        Matcher name = MODULE.matcher(text);
        assertTrue(name.find(), pom + " has no module's name");
        return name.group(1);
    }

    /** {@code verification/release.sh} builds and runs that project: so what the README says has been done. */
    @Test
    void theReadmeShowsWhatTheConsumerDoes() throws Exception {
        String readme = Files.readString(tree.directory().resolve("README.md"));
        Path consumer = tree.directory().resolve("verification/consumer");
        String pom = squeezed(Files.readString(consumer.resolve("pom.xml")));
        List<String> blocks = XML_BLOCK
                .matcher(readme)
                .results()
                .map(match -> squeezed(match.group(1)))
                .toList();
        assertTrue(blocks.stream().anyMatch(block -> block.contains("<artifactId>holdfast-bom<")), blocks.toString());
        for (String block : blocks) {
            assertTrue(pom.contains(block), "verification/consumer/pom.xml does not have " + block);
        }
        List<String> versions = Pom.read(consumer.resolve("pom.xml")).managed().stream()
                .map(Pom.Coordinates::version)
                .toList();
        assertEquals(List.of(tree.version()), versions);
        List<String> platforms = PLATFORM.matcher(readme)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
        assertEquals(List.of(tree.version()), platforms);
    }

    private static String squeezed(String xml) {
        return xml.replaceAll("\\s+", "");
    }
}
