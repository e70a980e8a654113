package io.holdfast.verification.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.core.spi.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/metrics.md} shows every meter, and no page speaks of one that there is not. That no meter is made without a {@link
 * Measure} the test of the architecture sees to, and {@link MetersTest} that a cluster has those that are shown.
 */
class MetricsPageTest {
    private static final List<Measure> ALL = Measures.all();
    /** {@code `holdfast.log.term`}, but not a file's name or a key. */
    private static final Pattern NAMED = Pattern.compile("`(holdfast(?:\\.[a-z]+)+)[`{]");

    /** Measures that belong together share their first two words. */
    private static String group(Measure measure) {
        String[] words = measure.name().split("\\.");
        return words[0] + "." + words[1];
    }

    private static List<String> row(Measure measure) {
        return List.of(
                "`" + measure.name() + "`",
                measure.kind().name().toLowerCase(Locale.ROOT),
                measure.unit(),
                measure.tags().stream().map(tag -> "`" + tag + "`").collect(Collectors.joining(", ")),
                measure.description());
    }

    @Test
    void thePageIsWhatTheCodeSays() throws Exception {
        Map<String, String> tables = new TreeMap<>();
        ALL.stream()
                .collect(Collectors.groupingBy(MetricsPageTest::group))
                .forEach((group, measures) -> tables.put(
                        group,
                        GeneratedPage.table(
                                List.of("name", "kind", "unit", "tags", "meaning"),
                                measures.stream().map(MetricsPageTest::row).toList())));
        new GeneratedPage("metrics.md").check(tables);
    }

    @Test
    void eachNameIsUsedOnce() {
        Set<String> names = new TreeSet<>();
        for (Measure measure : ALL) {
            assertTrue(names.add(measure.name()), measure.name() + " is there twice");
        }
        assertTrue(names.size() > 30, names.toString());
    }

    @Test
    void otherPagesSpeakOfMetersThatThereAre() throws IOException {
        Set<String> known = ALL.stream().map(Measure::name).collect(Collectors.toSet());
        known.add("holdfast.backup"); // no meter: the role of who makes backups
        known.add("holdfast.autoscale"); // no meter: the role of who decides on scaling, where there is no log
        known.add("holdfast.counters"); // no meter: the map of counters
        known.add("holdfast.records"); // no meter: the map of features' records
        known.add("holdfast.fence"); // no meter: a setting of PostgreSQL's sessions, by which the token travels
        Path docs = Files.exists(Path.of("docs")) ? Path.of("docs") : Path.of("..", "docs");
        Set<String> wrong = new TreeSet<>();
        List<Path> pages;
        try (Stream<Path> all = Files.list(docs)) {
            pages = all.filter(page -> page.toString().endsWith(".md")).toList();
        }
        assertFalse(pages.isEmpty());
        for (Path page : pages) {
            if (page.endsWith("configuration.md")) {
                continue; // of keys
            }
            Matcher named = NAMED.matcher(Files.readString(page));
            while (named.find()) {
                if (!known.contains(named.group(1))) {
                    wrong.add(page + ": " + named.group(1));
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }
}
