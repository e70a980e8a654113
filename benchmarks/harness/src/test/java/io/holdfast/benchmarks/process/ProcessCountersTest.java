package io.holdfast.benchmarks.process;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ProcessCountersTest {

    @Test
    void threadsThatEndWhileTheyAreLookedAtDoNotMatter() throws InterruptedException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/task")), "a Linux");
        AtomicBoolean over = new AtomicBoolean();
        Thread restless = new Thread(() -> {
            while (!over.get()) {
                Thread brief = new Thread(() -> {});
                brief.start();
                try {
                    brief.join();
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        restless.start();
        try {
            for (int i = 0; i < 300; i++) {
                Map<String, Double> counters = ProcessCounters.read(Map.of("forces", 1.0));
                assertTrue(counters.keySet().containsAll(Set.of("voluntary", "involuntary", "forces")));
            }
        } finally {
            over.set(true);
            restless.join();
        }
    }
}
