package io.holdfast.verification.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Java that a page shows stands in a test, or in an example that a test runs, between two lines {@code // docs}, and so has been run. */
class PagesCodeTest {
    private static final Pattern SHOWN = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern RUN = Pattern.compile("// docs\n(.*?)// docs\n", Pattern.DOTALL);
    private static final String EXAMPLES = "examples/src/main/java/io/holdfast/examples/";
    private static final Path TESTS = Path.of("src", "test", "java", "io", "holdfast", "verification");

    private static String source(String test) throws IOException {
        boolean here = Files.exists(TESTS);
        if (test.startsWith(EXAMPLES)) {
            return Files.readString(here ? Path.of("..").resolve(test) : Path.of(test));
        }
        return Files.readString((here ? TESTS : Path.of("verification").resolve(TESTS)).resolve(test));
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(code -> code.group(1).replaceAll("\\s+", ""))
                .toList();
    }

    private static void assertRun(String page, String section, String test) throws IOException {
        String text = new GeneratedPage(page).text();
        int begin = text.indexOf("\n## " + section + "\n");
        assertTrue(begin >= 0, page + " has no section " + section);
        int end = text.indexOf("\n## ", begin + 1);
        List<String> shown = found(SHOWN, text.substring(begin, end < 0 ? text.length() : end));
        List<String> run = found(RUN, source(test));
        for (String code : shown) {
            assertTrue(run.contains(code), page + " shows what " + test + " does not run: " + code);
        }
        assertEquals(run.size(), shown.size(), test + " marks what " + page + " does not show");
    }

    @Test
    void whatThePageShowsOfARestoreHasBeenRun() throws IOException {
        assertRun("backup.md", "Restoring the replicated state", "process/BackupRestoreTest.java");
    }

    @Test
    void whatThePageShowsOfMakingBackupsHasBeenRun() throws IOException {
        assertRun("backup.md", "Making backups", "sim/BackupsTest.java");
    }

    @Test
    void whatThePageShowsOfDrillsHasBeenRun() throws IOException {
        assertRun("backup.md", "Drills", "sim/DrillsTest.java");
    }

    @Test
    void whatThePageShowsOfLogicalBackupsHasBeenRun() throws IOException {
        assertRun("backup.md", "Logical backups", "process/LogicalBackupTest.java");
    }

    @Test
    void whatThePageShowsOfTheShopIsTheShop() throws IOException {
        assertRun("shop.md", "One builder", EXAMPLES + "shop/Shop.java");
        assertRun("shop.md", "Orders", EXAMPLES + "shop/ShopServer.java");
        assertRun("shop.md", "Invoices", EXAMPLES + "shop/Invoices.java");
    }

    @Test
    void whatIsNotTheSameIsNoticed() {
        Matcher shown = SHOWN.matcher("```java\nint a = 1;\n```");
        assertTrue(shown.find());
        assertEquals(List.of("inta=1;"), found(RUN, "x\n// docs\n int a =\n 1;\n// docs\n"));
    }
}
