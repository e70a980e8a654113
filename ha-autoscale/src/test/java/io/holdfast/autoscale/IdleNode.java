package io.holdfast.autoscale;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A node's JVM that serves nothing; it ends by itself some time after a test has forgotten it. */
final class IdleNode {
    private IdleNode() {}

    public static void main(String[] args) throws InterruptedException {
        System.out.println("serving as " + System.getenv("HOLDFAST_NODE_ID") + " with " + List.of(args));
        new CountDownLatch(1).await(5, TimeUnit.MINUTES);
    }
}
