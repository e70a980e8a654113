package io.holdfast.backup.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.backup.Retention;
import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThreeTwoOneTest {
    private static LayerPlan layer(String name, String medium, boolean offSite) {
        return new LayerPlan(name, Retention.standard(), medium, offSite);
    }

    @Test
    void twoLayersOnTwoMediaOfWhichOneIsElsewhereAreEnough() {
        assertTrue(ThreeTwoOne.of(List.of(layer("nas", "disk", false), layer("s3", "store", true)))
                .isMet());
    }

    @Test
    void eachThingThatIsMissingIsNamed() {
        assertEquals(
                List.of(
                        "there are 1 of 3 copies, the data itself among them",
                        "the backups are on 0 of 2 kinds of media",
                        "none of them is off-site"),
                ThreeTwoOne.of(List.of()).missing());
        assertEquals(
                List.of("the backups are on 1 of 2 kinds of media"),
                ThreeTwoOne.of(List.of(layer("a", "disk", true), layer("b", "disk", false), layer("c", "disk", false)))
                        .missing());
        assertEquals(
                List.of("none of them is off-site"),
                ThreeTwoOne.of(List.of(layer("a", "disk", false), layer("b", "tape", false)))
                        .missing());
        assertFalse(ThreeTwoOne.of(List.of(layer("a", "disk", true))).isMet(), "one layer is two copies");
    }
}
