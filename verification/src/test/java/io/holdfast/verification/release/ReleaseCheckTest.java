package io.holdfast.verification.release;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small tree and the repository of its release, which is complete at first; then something is wrong. */
class ReleaseCheckTest {
    private static final String LICENCE = "META-INF/LICENSE";

    private static final String METADATA = """
            <url>https://example.org</url>
            <licenses><license><name>Apache-2.0</name><url>https://example.org/licence</url></license></licenses>
            <developers><developer><name>Somebody</name></developer></developers>
            <scm>
              <connection>scm:git:https://example.org</connection>
              <developerConnection>scm:git:https://example.org</developerConnection>
              <url>https://example.org</url>
            </scm>
            """;

    private static final String ROOT = """
            <project>
              <groupId>io.holdfast</groupId>
              <artifactId>holdfast</artifactId>
              <version>1</version>
              <packaging>pom</packaging>
              <name>root</name>
              <description>all of it</description>
              %s
              <modules><module>ha-bom</module><module>ha-one</module><module>inner</module></modules>
            </project>
            """.formatted(METADATA);

    private static final String BOM = """
            <project>
              <groupId>io.holdfast</groupId>
              <artifactId>holdfast-bom</artifactId>
              <version>1</version>
              <packaging>pom</packaging>
              <name>versions</name>
              <description>all versions</description>
              %s
              <dependencyManagement>
                <dependencies>
                  <dependency>
                    <groupId>io.holdfast</groupId>
                    <artifactId>ha-one</artifactId>
                    <version>${project.version}</version>
                  </dependency>
                </dependencies>
              </dependencyManagement>
            </project>
            """.formatted(METADATA);

    private static final String ONE = """
            <project>
              <parent><groupId>io.holdfast</groupId><artifactId>holdfast</artifactId><version>1</version></parent>
              <artifactId>ha-one</artifactId>
              <name>one</name>
              <description>the only one</description>
            </project>
            """;

    private static final String INNER = """
            <project>
              <parent><groupId>io.holdfast</groupId><artifactId>holdfast</artifactId><version>1</version></parent>
              <artifactId>inner</artifactId>
              <properties><maven.deploy.skip>true</maven.deploy.skip></properties>
            </project>
            """;

    @TempDir
    Path directory;

    private Path tree;
    private Path group;

    @BeforeEach
    void publish() throws IOException {
        tree = directory.resolve("tree");
        group = directory.resolve("repository/io/holdfast");
        write(tree.resolve("pom.xml"), ROOT);
        write(tree.resolve("ha-bom/pom.xml"), BOM);
        write(tree.resolve("ha-one/pom.xml"), ONE);
        write(tree.resolve("inner/pom.xml"), INNER);
        write(published("holdfast", ".pom"), ROOT);
        write(published("holdfast-bom", ".pom"), BOM);
        write(published("ha-one", ".pom"), ONE);
        jar(published("ha-one", ".jar"), "io.holdfast.one", LICENCE, "io/holdfast/one/One.class");
        jar(published("ha-one", "-sources.jar"), "", LICENCE, "io/holdfast/one/One.java");
        jar(published("ha-one", "-javadoc.jar"), "", "index.html");
    }

    private Path published(String name, String suffix) {
        return group.resolve(name).resolve("1").resolve(name + "-1" + suffix);
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        checksums(file);
    }

    private static void checksums(Path file) throws IOException {
        for (String each : List.of(".md5", ".sha1")) {
            Files.writeString(file.resolveSibling(file.getFileName() + each), "0");
        }
    }

    /** A jar with these entries, that is a module of that name if one is given. */
    private static void jar(Path file, String module, String... entries) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        for (String entry : entries) {
            contents.put(entry, "x".getBytes(StandardCharsets.UTF_8));
        }
        jar(file, module, contents);
    }

    private static void jar(Path file, String module, Map<String, byte[]> entries) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!module.isEmpty()) {
            manifest.getMainAttributes().put(new Attributes.Name("Automatic-Module-Name"), module);
        }
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        }
        checksums(file);
    }

    private List<String> findings(boolean signed) throws IOException {
        return ReleaseCheck.findings(directory.resolve("repository"), SourceTree.at(tree), signed);
    }

    private void assertFound(String what) throws IOException {
        List<String> found = findings(false);
        assertTrue(found.stream().anyMatch(each -> each.contains(what)), what + " was expected, not " + found);
    }

    private void inBom(String text, String other) throws IOException {
        write(tree.resolve("ha-bom/pom.xml"), BOM.replace(text, other));
    }

    @Test
    void aCompleteOneIsComplete() throws Exception {
        assertEquals(List.of(), findings(false));
    }

    @Test
    void whateverIsMissingIsNamed() throws Exception {
        for (String suffix : List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar")) {
            for (String file : List.of(suffix, suffix + ".sha1", suffix + ".md5")) {
                Path path = published("ha-one", file);
                byte[] was = Files.readAllBytes(path);
                Files.delete(path);
                assertFound(file.equals(".pom") ? "ha-one has no POM" : "ha-one has no ha-one-1" + file);
                Files.write(path, was);
            }
        }
        assertEquals(List.of(), findings(false));
    }

    @Test
    void signaturesAreAskedForWhereThereIsAKey() throws Exception {
        assertEquals(6, findings(true).size(), "one for each file: " + findings(true));
    }

    @Test
    void whatIsNotToBePublishedIsNamed() throws Exception {
        write(published("inner", ".pom"), INNER);
        assertFound("inner is not published, and there");
    }

    @Test
    void metadataThatIsMissingIsNamed() throws Exception {
        for (String element : List.of("name", "description")) {
            write(published("ha-one", ".pom"), ONE.replaceAll("<" + element + ">.*", ""));
            assertFound("ha-one has no " + element);
        }
        write(published("ha-one", ".pom"), ONE);
        write(published("holdfast", ".pom"), ROOT.replace("<name>Somebody</name>", ""));
        assertFound("ha-one has no developers/developer/name");
        Files.delete(published("holdfast", ".pom"));
        assertFound("ha-one has no scm/url");
    }

    @Test
    void repositoriesAreOfNobodysBusiness() throws Exception {
        write(
                published("ha-one", ".pom"),
                ONE.replace("<name>", "<repositories><repository><id>x</id></repository></repositories><name>"));
        assertFound("ha-one has repositories");
    }

    @Test
    void aJarThatIsNoModuleOrWithoutItsSourcesIsNamed() throws Exception {
        jar(published("ha-one", ".jar"), "io.holdfast.one", "io/holdfast/one/One.class");
        assertFound("there is no META-INF/LICENSE in it");
        jar(published("ha-one", ".jar"), "", "io/holdfast/one/One.class");
        assertFound("its name as a module is made of its file's");
        jar(published("ha-one", "-sources.jar"), "", "io/holdfast/one/Two.java");
        assertFound("the source of io/holdfast/one/One is not there");
        jar(published("ha-one", "-javadoc.jar"), "", "nothing.html");
        assertFound("there is no Javadoc");
    }

    @Test
    void aClassMayBeInAnothersFile() throws Exception {
        jar(published("ha-one", ".jar"), "io.holdfast.one", LICENCE, "io/holdfast/one/Two.class");
        assertFound("the source of io/holdfast/one/Two is not there");
        byte[] both = "class One {} class Two {}".getBytes(StandardCharsets.UTF_8);
        jar(published("ha-one", "-sources.jar"), "", Map.of(LICENCE, new byte[0], "io/holdfast/one/One.java", both));
        assertEquals(List.of(), findings(false));
    }

    @Test
    void anExportedPackageWithoutAPageIsNamed() throws Exception {
        write(tree.resolve("src/module-info.java"), "module io.holdfast.one { exports io.holdfast.one; }");
        write(tree.resolve("src/io/holdfast/one/One.java"), "package io.holdfast.one; public class One {}");
        String[] arguments = {
            "-d",
            tree.resolve("classes").toString(),
            tree.resolve("src/module-info.java").toString(),
            tree.resolve("src/io/holdfast/one/One.java").toString()
        };
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments));
        Map<String, byte[]> entries = new TreeMap<>(Map.of(LICENCE, new byte[0]));
        for (String each : List.of("module-info.class", "io/holdfast/one/One.class")) {
            entries.put(each, Files.readAllBytes(tree.resolve("classes").resolve(each)));
        }
        jar(published("ha-one", ".jar"), "", entries);
        jar(published("ha-one", "-sources.jar"), "", LICENCE, "module-info.java", "io/holdfast/one/One.java");
        assertEquals(List.of("ha-one: its Javadoc has no page on io.holdfast.one"), findings(false));
        jar(
                published("ha-one", "-javadoc.jar"),
                "",
                "index.html",
                "io.holdfast.one/io/holdfast/one/package-summary.html");
        assertEquals(List.of(), findings(false));
    }

    @Test
    void aListThatLacksAModuleOrHasAnotherVersionIsNamed() throws Exception {
        inBom("ha-one", "ha-two");
        assertFound("does not list ha-one");
        assertFound("lists io.holdfast:ha-two:${project.version}, which is no jar that is published");
        inBom("ha-one", "inner");
        assertFound("which is no jar that is published");
        inBom("<version>${project.version}", "<version>2");
        assertFound("and not in ${project.version}");
        inBom("<version>1<", "<version>2<");
        assertFound("has another version");
    }

    @Test
    void aListWithAParentOrOthersVersionsIsNamed() throws Exception {
        inBom(
                "<groupId>io.holdfast</groupId>\n  <artifactId>holdfast-bom",
                "<parent><groupId>io.holdfast</groupId></parent><groupId>io.holdfast</groupId>\n  <artifactId>holdfast-bom");
        assertFound("has a parent");
        inBom("<dependencies>", "<dependencies><dependency><groupId>io.netty</groupId></dependency>");
        assertFound("lists io.netty:");
        inBom("Somebody", "Somebody else");
        assertFound("has another developers");
    }
}
