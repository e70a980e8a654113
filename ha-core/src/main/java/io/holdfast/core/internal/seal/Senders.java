package io.holdfast.core.internal.seal;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The processes that have been heard of, bounded. Only who has proved to have a key gets in. One that is forgotten is a
 * stranger again, whose messages are judged by their age; so one that was silent for longer than the tolerated age is
 * forgotten without harm, since all its messages are too old by then, and those go first.
 */
final class Senders {
    /** One process. */
    static final class Sender {
        final ReplayWindow window = new ReplayWindow();
        long latestMillis;
        int keyId;

        @Nullable
        SecretKey key;
    }

    private final Map<BootId, Sender> byBoot = new LinkedHashMap<>(16, 0.75f, true); // the longest silent one first
    private final int most;
    private final long toleranceMillis;
    private long forgottenEarly;

    Senders(int most, long toleranceMillis) {
        this.most = most;
        this.toleranceMillis = toleranceMillis;
    }

    @Nullable
    Sender get(BootId boot) {
        return byBoot.get(boot);
    }

    void add(BootId boot, Sender sender, long nowMillis) {
        if (byBoot.size() >= most) {
            makeRoom(nowMillis);
        }
        byBoot.put(boot, sender);
    }

    private void makeRoom(long nowMillis) {
        byBoot.values().removeIf(sender -> sender.latestMillis + toleranceMillis < nowMillis);
        if (byBoot.size() >= most) {
            Iterator<Sender> longestSilent = byBoot.values().iterator();
            longestSilent.next();
            longestSilent.remove();
            forgottenEarly++;
        }
    }

    /** The key ring has changed: what was derived from it is derived again. */
    void forgetKeys() {
        byBoot.values().forEach(sender -> sender.key = null);
    }

    int size() {
        return byBoot.size();
    }

    /** How many were forgotten although their latest messages could still be replayed. */
    long forgottenEarly() {
        return forgottenEarly;
    }
}
