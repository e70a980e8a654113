package io.holdfast.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    @Test
    void aPlotIsWellFormedWithABarForEachValue() throws Exception {
        BarPlot plot = new BarPlot("a < b & \"c\"", "1/s", List.of("one", "two"));
        plot.add("x", List.of(OptionalDouble.of(12), OptionalDouble.of(3_456_789)));
        plot.add("y", List.of(OptionalDouble.empty(), OptionalDouble.of(0.5)));
        assertEquals(3, parse(plot.toSvg()).getElementsByTagName("title").getLength());
    }

    @Test
    void aPlotOfNothingIsWellFormed() throws Exception {
        assertEquals(
                "svg",
                parse(new BarPlot("", "", List.of("one")).toSvg())
                        .getDocumentElement()
                        .getTagName());
    }

    @Test
    void refusesWhatDoesNotFit() {
        BarPlot plot = new BarPlot("", "", List.of("one"));
        assertThrows(IllegalArgumentException.class, () -> plot.add("", List.of()));
        assertThrows(IllegalArgumentException.class, () -> new Table("a", "b").add(List.of("1")));
    }

    @Test
    void tablesAreAligned() {
        Table table = new Table("", "rate");
        table.add(List.of("one", "1"));
        table.add(List.of("thirteen", "1,300"));
        assertEquals("           rate\none           1\nthirteen  1,300\n", table.toText());
        assertTrue(table.toMarkdown().startsWith("|  | rate |\n|---|--:|\n| one | 1 |\n"));
    }

    @Test
    void figuresHaveAsManyDigitsAsTheyDeserve() {
        assertEquals("1,234,568", Figures.format(1_234_567.8));
        assertEquals("12.3", Figures.format(12.34));
        assertEquals("0.04", Figures.format(0.041));
        assertEquals("–", Figures.format(OptionalDouble.empty()));
    }
}
