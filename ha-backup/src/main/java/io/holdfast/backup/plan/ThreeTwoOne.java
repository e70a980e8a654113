package io.holdfast.backup.plan;

import io.holdfast.backup.plan.PlanConfig.LayerPlan;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The rule 3-2-1 of something that is in some layers: three copies with the data itself, the backups on two kinds of media, one of them off-site. Of
 * the media the data's does not count: then any one layer would do.
 *
 * @param copies with the data itself
 * @param media kinds of them among the backups
 * @param offSite how many of the backups are somewhere else
 */
record ThreeTwoOne(int copies, int media, int offSite) {
    private static final int LIVE = 1;
    private static final int COPIES = 3;
    private static final int MEDIA = 2;

    static ThreeTwoOne of(Collection<LayerPlan> layers) {
        return new ThreeTwoOne(
                layers.size() + LIVE,
                (int) layers.stream().map(LayerPlan::medium).distinct().count(),
                (int) layers.stream().filter(LayerPlan::offSite).count());
    }

    boolean isMet() {
        return missing().isEmpty();
    }

    /** What is not as the rule wants it, for people; empty if all is. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (copies < COPIES) {
            missing.add("there are " + copies + " of " + COPIES + " copies, the data itself among them");
        }
        if (media < MEDIA) {
            missing.add("the backups are on " + media + " of " + MEDIA + " kinds of media");
        }
        if (offSite == 0) {
            missing.add("none of them is off-site");
        }
        return missing;
    }
}
