package io.holdfast.examples;

import io.holdfast.core.HaCluster;
import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.Node;
import io.holdfast.membership.GossipMembership;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Three nodes that know each other by gossip, where each offers a service, and one that leaves. */
public final class MembershipExample {
    private MembershipExample() {}

    /** Runs the example. */
    public static void main(String[] args) throws IOException, InterruptedException {
        run(System.out);
    }

    static void run(PrintStream out) throws IOException, InterruptedException {
        List<Integer> ports = Ports.free(3);
        CountDownLatch joined = new CountDownLatch(2);
        CountDownLatch left = new CountDownLatch(1);
        List<HaCluster> nodes = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                HaCluster.Builder builder = HaCluster.builder("shop")
                        .node(Node.of("node-" + (i + 1))
                                .bind("127.0.0.1:" + ports.get(i))
                                .service("http", "http://127.0.0.1:808" + i))
                        // The same seeds everywhere; in production rather "dns:shop.example:7400".
                        .with(GossipMembership.seeds("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1)));
                if (i == 0) {
                    builder.memberListener(event -> {
                        if (event.kind() == MemberEvent.Kind.JOINED) {
                            joined.countDown();
                        } else if (event.kind() == MemberEvent.Kind.LEFT) {
                            left.countDown();
                        }
                    });
                }
                nodes.add(builder.start());
            }
            boolean together = joined.await(30, TimeUnit.SECONDS);
            out.println("all are here: " + together);
            for (Member member : nodes.get(0).members().offering("http")) {
                out.println(member.id() + " offers " + member.node().services().get("http"));
            }

            nodes.get(2).close(); // says goodbye: nobody has to find out
            out.println("node-3 has left: " + left.await(30, TimeUnit.SECONDS));
            out.println("still here: "
                    + nodes.get(0).members().present().stream().map(Member::id).toList());
        } finally {
            nodes.forEach(HaCluster::close);
        }
    }
}
