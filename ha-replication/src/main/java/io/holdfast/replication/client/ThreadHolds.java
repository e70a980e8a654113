package io.holdfast.replication.client;

import io.holdfast.replication.locks.LockName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which threads of this process have locked what, and how often. Safe from any thread; each sees what is its own. */
public final class ThreadHolds {
    private record Key(LockName lock, Thread thread) {}

    private final Map<Key, Hold> holds = new ConcurrentHashMap<>();

    ThreadHolds() {}

    /** What one thread has. For that thread alone. */
    public static final class Hold {
        private final Holding holding;
        private int count = 1;

        private Hold(Holding holding) {
            this.holding = holding;
        }

        /** What it was granted. */
        public Holding holding() {
            return holding;
        }

        /** How often it has locked and not unlocked. */
        public int count() {
            return count;
        }

        /** Once more. */
        public void again() {
            count = Math.incrementExact(count);
        }
    }

    private static Key key(LockName lock) {
        return new Key(lock, Thread.currentThread());
    }

    /** The calling thread's; null if it has none. */
    public @Nullable Hold get(LockName lock) {
        return holds.get(key(lock));
    }

    /** The calling thread has been granted it. */
    public void begin(Holding holding) {
        holds.put(key(holding.lock()), new Hold(holding));
    }

    /** The calling thread unlocks once; true if that was the last time. */
    public boolean end(LockName lock, Hold hold) {
        if (--hold.count > 0) {
            return false;
        }
        holds.remove(key(lock), hold);
        return true;
    }
}
