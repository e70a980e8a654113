package io.holdfast.benchmarks.scalecube;

import io.holdfast.benchmarks.members.MemberNode;
import io.holdfast.benchmarks.members.MemberSystem;
import io.scalecube.cluster.Cluster;
import io.scalecube.cluster.ClusterConfig;
import io.scalecube.cluster.ClusterImpl;
import io.scalecube.cluster.ClusterMessageHandler;
import io.scalecube.cluster.Member;
import io.scalecube.cluster.fdetector.FailureDetector;
import io.scalecube.cluster.membership.MembershipEvent;
import io.scalecube.cluster.transport.api.Message;
import io.scalecube.cluster.transport.api.MessageCodec;
import io.scalecube.transport.netty.tcp.TcpTransportFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** scalecube-cluster with the configuration that it calls default, or local. */
public final class ScalecubeMembers implements MemberSystem {
    private final String settings;
    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /** @param settings default or local */
    public ScalecubeMembers(String settings) {
        this.settings = settings;
    }

    @Override
    public MemberNode start(String name, int port, int seed, Listener listener) throws Exception {
        ClusterConfig base =
                settings.equals("local") ? ClusterConfig.defaultLocalConfig() : ClusterConfig.defaultConfig();
        ClusterConfig config = base.memberAlias(name)
                .externalHost("127.0.0.1")
                .transport(t ->
                        t.port(port).transportFactory(new TcpTransportFactory()).messageCodec(new Counting()))
                .membership(m -> seed == port ? m : m.seedMembers("127.0.0.1:" + seed));
        Cluster cluster = new ClusterImpl(config)
                .handler(c -> new ClusterMessageHandler() {
                    @Override
                    public void onMembershipEvent(MembershipEvent event) {
                        if (event.isRemoved()) {
                            listener.removed(name, event.member().alias());
                        }
                    }
                })
                .startAwait();
        AtomicLong suspicions = new AtomicLong();
        Field detector = ClusterImpl.class.getDeclaredField("failureDetector"); // it does not show it otherwise
        detector.setAccessible(true);
        var unused = ((FailureDetector) detector.get(cluster)).listen().subscribe(event -> {
            if (!event.status().toString().equals("ALIVE")) {
                suspicions.incrementAndGet();
            }
        });
        return new Seen(name, cluster, suspicions);
    }

    @Override
    public Sent sent(List<MemberNode> nodes) {
        return new Sent(messages.sum(), bytes.sum());
    }

    private record Seen(String name, Cluster cluster, AtomicLong counted) implements MemberNode {
        /** It copies a map that other threads change, and throws now and then. */
        private Collection<Member> members() {
            while (true) {
                try {
                    return cluster.members();
                } catch (RuntimeException again) {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public int size() {
            return members().size();
        }

        @Override
        public boolean sees(String other) {
            return members().stream().anyMatch(member -> other.equals(member.alias()));
        }

        @Override
        public long suspicions() {
            return counted.get();
        }
    }

    /** Its own codec, counted. */
    private final class Counting implements MessageCodec {
        @Override
        public Message deserialize(InputStream in) throws Exception {
            return MessageCodec.INSTANCE.deserialize(in);
        }

        @Override
        public void serialize(Message message, OutputStream out) throws Exception {
            long[] count = {0};
            MessageCodec.INSTANCE.serialize(message, new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    count[0]++;
                    out.write(b);
                }

                @Override
                public void write(byte[] b, int from, int length) throws IOException {
                    count[0] += length;
                    out.write(b, from, length);
                }

                @Override
                public void flush() throws IOException {
                    out.flush();
                }
            });
            messages.increment();
            bytes.add(count[0]);
        }
    }
}
