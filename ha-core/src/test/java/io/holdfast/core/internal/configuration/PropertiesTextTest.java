package io.holdfast.core.internal.configuration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.StringReader;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PropertiesTextTest {

    private static List<String> lines(String text) {
        return PropertiesText.read(text).properties().stream()
                .map(p -> p.line() + " " + p.key() + "=" + p.value())
                .toList();
    }

    @Test
    void linesAreCountedAndDuplicatesKept() {
        assertEquals(
                List.of("2 a=1", "3 b=2 and 3", "6 a=4", "8 c=ä"),
                lines("# first\na=1\r\nb : 2 \\\n   and 3\n\n a 4\r!no\nc=\\u00e4"));
    }

    @Test
    void aFileOfWindowsMayBeginWithAMark() {
        assertEquals(List.of("1 a=1"), lines("\uFEFFa=1"));
    }

    @Test
    void aPathWithBackslashesIsRefusedWhereItCannotBeMeant() {
        PropertiesText read = PropertiesText.read("a=1\ndirectory=C:\\users\\shop\nb=2\n");
        assertEquals(List.of("1 a=1", "3 b=2"), lines("a=1\ndirectory=C:\\users\\shop\nb=2\n"));
        assertEquals(1, read.problems().size());
        assertEquals(2, read.problems().get(0).line());
    }

    @Test
    void itReadsWhatPropertiesReads() throws Exception {
        Random random = new Random(11);
        String[] parts = {
            "a", "b", "=", ":", " ", "\t", "\\\\", "\\=", "\\n", "\\t", "\\u0041", "#", "!", "\f", "x", "\\q"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            int lines = random.nextInt(1, 5);
            for (int line = 0; line < lines; line++) {
                text.append("k").append(line);
                int length = random.nextInt(8);
                for (int j = 0; j < length; j++) {
                    text.append(parts[random.nextInt(parts.length)]);
                }
                text.append(
                        switch (random.nextInt(5)) {
                            case 0 -> "\r\n";
                            case 1 -> "\r";
                            case 2 -> " \\\n  ";
                            case 3 -> "\n\n  # a comment \\\n";
                            default -> "\n";
                        });
            }
            Properties expected = new Properties();
            expected.load(new StringReader(text.toString()));
            TreeMap<Object, Object> actual = new TreeMap<>();
            PropertiesText.read(text.toString()).properties().forEach(p -> actual.put(p.key(), p.value()));
            assertEquals(new TreeMap<>(expected), actual, text.toString());
        }
    }
}
