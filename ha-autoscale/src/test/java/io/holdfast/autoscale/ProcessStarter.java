package io.holdfast.autoscale;

import io.holdfast.core.FencingToken;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A JVM that starts two nodes and then does nothing, until it is killed. */
final class ProcessStarter {
    static final StartOrder ORDER = new StartOrder("a-1", new FencingToken(7), List.of("shop-1", "shop-2"), 2);

    private ProcessStarter() {}

    static JvmProcesses target(Path directory) {
        return JvmProcesses.inDirectory(directory)
                .java(IdleNode.class.getName(), System.getProperty("java.class.path"))
                .jvmOptions(node -> List.of("-Xmx32m", "-XX:TieredStopAtLevel=1"))
                .arguments(List::of);
    }

    public static void main(String[] args) throws Exception {
        target(Path.of(args[0])).start(ORDER);
        System.out.println("started");
        new CountDownLatch(1).await();
    }
}
