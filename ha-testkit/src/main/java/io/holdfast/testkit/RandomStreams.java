package io.holdfast.testkit;

import java.util.SplittableRandom;

/** Chance by the seed, one stream for each purpose, so that one more draw for one purpose shifts no other. */
final class RandomStreams {
    private final long seed;
    final SplittableRandom test;
    final SplittableRandom scheduling;
    final SplittableRandom network;
    final SplittableRandom datagrams;
    final SplittableRandom disk;
    final SplittableRandom workers;
    final SplittableRandom faults;

    RandomStreams(long seed) {
        this.seed = seed;
        test = named("test");
        scheduling = named("scheduling");
        network = named("network");
        datagrams = named("datagrams");
        disk = named("disk");
        workers = named("workers");
        faults = named("faults");
    }

    /** A stream that depends on the seed and the name alone. */
    SplittableRandom named(String name) {
        long mixed = seed;
        for (int i = 0; i < name.length(); i++) {
            mixed = (mixed ^ name.charAt(i)) * 0x100_0000_01B3L;
            mixed ^= mixed >>> 31;
        }
        return new SplittableRandom(mixed);
    }
}
