package io.holdfast.core.internal.seal;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/** What a process calls itself on each message that it seals: random, so that no two share one. */
record BootId(long high, long low) {
    static BootId draw(RandomGenerator random) {
        return new BootId(random.nextLong(), random.nextLong());
    }

    byte[] bytes() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }
}
