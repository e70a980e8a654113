package io.holdfast.backup.catalog;

import java.util.ArrayList;
import java.util.List;

/** What of a source's remarks is kept in a manifest, which is read whenever the catalogue is listed. */
final class Remarks {
    /** How many are kept; the last one then says how many are not. */
    static final int MOST = 1_000;
    /** How long one may be, in characters. */
    static final int LONGEST = 1_000;

    private Remarks() {}

    static List<String> kept(List<String> remarks) {
        List<String> kept = new ArrayList<>();
        int most = remarks.size() > MOST ? MOST - 1 : remarks.size();
        for (String remark : remarks.subList(0, most)) {
            kept.add(remark.length() > LONGEST ? remark.substring(0, LONGEST - 3) + "..." : remark);
        }
        if (most < remarks.size()) {
            kept.add((remarks.size() - most) + " more remarks, which are in the log of the node alone");
        }
        return kept;
    }
}
