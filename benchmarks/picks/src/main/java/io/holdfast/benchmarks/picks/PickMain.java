package io.holdfast.benchmarks.picks;

import java.util.Arrays;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Times the algorithms of one subject: {@code PickMain SUBJECT THREADS SIZES ALGORITHMS WARM-UPS ITERATIONS MILLIS FILE.csv}, lists
 * with commas. Each algorithm and size has a JVM of its own, so that none profits from, or suffers by, what the compiler has seen of
 * another.
 */
public final class PickMain {
    private PickMain() {}

    /** See the class. */
    public static void main(String[] args) throws RunnerException {
        TimeValue length = TimeValue.milliseconds(Long.parseLong(args[6]));
        new Runner(new OptionsBuilder()
                        .include(PickBenchmark.class.getName() + ".pick")
                        .param("subject", args[0])
                        .threads(Integer.parseInt(args[1]))
                        .param("endpoints", args[2].split(","))
                        .param("algorithm", args[3].split(","))
                        .warmupIterations(Integer.parseInt(args[4]))
                        .warmupTime(length)
                        .measurementIterations(Integer.parseInt(args[5]))
                        .measurementTime(length)
                        .forks(1)
                        .jvmArgs("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
                        .addProfiler("gc")
                        .resultFormat(ResultFormatType.CSV)
                        .result(args[7])
                        .build())
                .run();
        System.out.println("measured " + Arrays.toString(args));
    }
}
