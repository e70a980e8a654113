package io.holdfast.verification.release;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A POM as it is written: without what it inherits, and with its properties' names in place of their values. */
final class Pom {
    private final Path file;
    private final Element project;

    private Pom(Path file, Element project) {
        this.file = file;
        this.project = project;
    }

    /** What another POM is called by. */
    record Coordinates(String groupId, String artifactId, String version) {
        @Override
        public String toString() {
            return groupId + ":" + artifactId + ":" + version;
        }
    }

    static Pom read(Path file) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return new Pom(
                    file, factory.newDocumentBuilder().parse(file.toFile()).getDocumentElement());
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(file + " is no POM: " + e.getMessage(), e);
        }
    }

    Path file() {
        return file;
    }

    /** Its own, or its parent's. */
    Coordinates coordinates() {
        return new Coordinates(
                text("groupId").or(() -> text("parent", "groupId")).orElse(""),
                text("artifactId").orElse(""),
                text("version").or(() -> text("parent", "version")).orElse(""));
    }

    Optional<Coordinates> parent() {
        return element(project, "parent").map(Pom::coordinates);
    }

    String packaging() {
        return text("packaging").orElse("jar");
    }

    /** Those of its profiles among them. */
    List<String> modules() {
        return Stream.concat(
                        elements(project, "modules", "module").stream(),
                        elements(project, "profiles", "profile", "modules", "module").stream())
                .map(module -> module.getTextContent().strip())
                .toList();
    }

    /** Those that it manages, with their versions as they are written. */
    List<Coordinates> managed() {
        return elements(project, "dependencyManagement", "dependencies", "dependency").stream()
                .map(Pom::coordinates)
                .toList();
    }

    /** The text at that place, without the space around it; none where that is empty. */
    Optional<String> text(String... path) {
        return elements(project, path).stream()
                .map(each -> each.getTextContent().strip())
                .filter(text -> !text.isEmpty())
                .findFirst();
    }

    private static Coordinates coordinates(Element of) {
        return new Coordinates(
                child(of, "groupId").orElse(""),
                child(of, "artifactId").orElse(""),
                child(of, "version").orElse(""));
    }

    private static Optional<String> child(Element of, String name) {
        return element(of, name).map(each -> each.getTextContent().strip());
    }

    private static Optional<Element> element(Element of, String name) {
        return elements(of, name).stream().findFirst();
    }

    private static List<Element> elements(Element from, String... path) {
        List<Element> found = List.of(from);
        for (String name : path) {
            List<Element> next = new ArrayList<>();
            for (Element each : found) {
                for (Node at = each.getFirstChild(); at != null; at = at.getNextSibling()) {
                    if (at instanceof Element element && element.getTagName().equals(name)) {
                        next.add(element);
                    }
                }
            }
            found = next;
        }
        return found;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
