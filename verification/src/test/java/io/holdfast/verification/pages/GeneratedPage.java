package io.holdfast.verification.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of {@code docs/} whose tables are made from the code. Each stands between {@code <!-- table: NAME -->} and {@code <!-- end
 * of table -->}; what is around them people write. {@code -Ddocs.rewrite=true} writes the tables anew.
 */
final class GeneratedPage {
    private static final Pattern TABLE =
            Pattern.compile("<!-- table: (\\S+) -->\n(.*?)<!-- end of table -->", Pattern.DOTALL);

    private final Path file;

    GeneratedPage(String name) {
        Path page = Path.of("docs", name);
        this.file = Files.exists(page) ? page : Path.of("..").resolve(page);
    }

    String text() throws IOException {
        return Files.readString(file);
    }

    /** Fails unless the page has each of {@code tables}, as it is there, and no other. */
    void check(Map<String, String> tables) throws IOException {
        String text = text();
        Map<String, String> written = new TreeMap<>();
        StringBuilder made = new StringBuilder();
        Matcher table = TABLE.matcher(text);
        while (table.find()) {
            String name = table.group(1);
            written.put(name, table.group(2));
            String now = "<!-- table: " + name + " -->\n" + tables.getOrDefault(name, "") + "<!-- end of table -->";
            table.appendReplacement(made, Matcher.quoteReplacement(now));
        }
        table.appendTail(made);
        Set<String> names = new TreeSet<>(tables.keySet());
        assertEquals(
                names,
                new TreeSet<>(written.keySet()),
                file + " has to hold a line <!-- table: NAME --> and a line <!-- end of table --> for each of these");
        if (Boolean.getBoolean("docs.rewrite")) {
            Files.writeString(file, made.toString());
            return;
        }
        for (String name : names) {
            assertEquals(
                    tables.get(name),
                    written.get(name),
                    "the table " + name + " of " + file + " is not what the code says; write it anew with"
                            + " mvn test -pl verification -am -Dtest='ConfigurationPageTest,MetricsPageTest' -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -Ddocs.rewrite=true, and read the difference");
        }
    }

    /** A table of Markdown. */
    static String table(List<String> heads, List<List<String>> rows) {
        StringBuilder table = new StringBuilder(row(heads))
                .append("|---".repeat(heads.size()))
                .append("|\n");
        rows.forEach(cells -> table.append(row(cells)));
        return table.toString();
    }

    private static String row(List<String> cells) {
        StringBuilder row = new StringBuilder("|");
        cells.forEach(cell -> row.append(cell.isEmpty() ? " |" : " " + cell.replace("|", "\\|") + " |"));
        return row.append("\n").toString();
    }
}
