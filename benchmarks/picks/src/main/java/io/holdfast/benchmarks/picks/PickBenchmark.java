package io.holdfast.benchmarks.picks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One pick. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PickBenchmark {

    /** What is picked by. */
    @State(Scope.Benchmark)
    public static class Subject {
        /** The class of the {@link PickSubject}. */
        @Param("")
        public String subject = "";

        /** One of its algorithms; with {@code *} behind it the endpoints have different weights. */
        @Param("")
        public String algorithm = "";

        /** How many. */
        @Param("3")
        public int endpoints;

        PickSubject.Pick pick = i -> i;

        /** Makes it. */
        @Setup
        public void make() throws Exception {
            PickSubject made = (PickSubject)
                    Class.forName(subject).getDeclaredConstructor().newInstance();
            boolean weighted = algorithm.endsWith("*");
            String name = weighted ? algorithm.substring(0, algorithm.length() - 1) : algorithm;
            pick = made.newPick(name, endpoints, weighted);
        }
    }

    /** How many picks a thread has made. */
    @State(Scope.Thread)
    public static class Turn {
        int i = Thread.currentThread().hashCode() & 1023;
    }

    /** The pick. */
    @Benchmark
    public Object pick(Subject subject, Turn turn) {
        return subject.pick.pick(turn.i++);
    }
}
