package io.holdfast.benchmarks.jgroups;

import io.holdfast.benchmarks.members.MemberNode;
import io.holdfast.benchmarks.members.MemberSystem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jgroups.Address;
import org.jgroups.JChannel;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.MsgStats;
import org.jgroups.util.NameCache;

/**
 * JGroups with the stack that it ships as tcp.xml, on a port of its own and with the seed as its only initial host; or with the
 * failure detection, merging and joining that its manual gives for faster reactions.
 */
public final class JGroupsMembers implements MemberSystem {
    private final boolean tuned;

    /** @param settings default or tuned */
    public JGroupsMembers(String settings) {
        this.tuned = settings.equals("tuned");
    }

    private String stack(int port, int seed) {
        String detection = tuned
                ? "<FD_ALL3 timeout=\"3s\" interval=\"1s\"/><VERIFY_SUSPECT2 timeout=\"500ms\"/>"
                : "<FD_ALL3 timeout=\"40s\" interval=\"5s\"/><VERIFY_SUSPECT2 timeout=\"1.5s\"/>";
        return "<config xmlns=\"urn:org:jgroups\">"
                + "<TCP bind_addr=\"127.0.0.1\" bind_port=\"" + port + "\" port_range=\"0\" recv_buf_size=\"0\""
                + " send_buf_size=\"0\" buffered_input_stream_size=\"65536\" buffered_output_stream_size=\"65536\""
                + " sock_conn_timeout=\"300ms\" tcp_nodelay=\"false\" bundler_type=\"pd\" bundler.max_size=\"64K\""
                + " bundler.capacity=\"16k\" bundler.use_single_sender_thread=\"true\" bundler.use_ringbuffer=\"true\""
                + " message_processing_policy=\"max\" diag.enabled=\"false\" thread_pool.min_threads=\"0\""
                + " thread_pool.max_threads=\"200\" thread_pool.keep_alive_time=\"60s\" use_virtual_threads=\"true\"/>"
                + "<TCPPING async_discovery=\"true\" initial_hosts=\"127.0.0.1[" + seed + "]\""
                + " return_entire_cache=\"false\" port_range=\"0\"/>"
                + (tuned
                        ? "<MERGE3 min_interval=\"1s\" max_interval=\"5s\"/>"
                        : "<MERGE3 min_interval=\"10s\" max_interval=\"30s\"/>")
                + "<FD_SOCK2/>" + detection
                + "<BARRIER/><pbcast.NAKACK2 use_mcast_xmit=\"false\"/><UNICAST3/>"
                + "<pbcast.STABLE desired_avg_gossip=\"50s\" max_bytes=\"4M\"/>"
                + "<pbcast.GMS print_local_addr=\"false\" join_timeout=\"" + (tuned ? "500" : "2s") + "\"/>"
                + "<MFC max_credits=\"2M\" min_threshold=\"0.4\"/><UFC max_credits=\"2M\" min_threshold=\"0.4\"/>"
                + "<FRAG2 frag_size=\"60K\"/><pbcast.STATE_TRANSFER/></config>";
    }

    @Override
    public MemberNode start(String name, int port, int seed, Listener listener) throws Exception {
        JChannel channel =
                new JChannel(new ByteArrayInputStream(stack(port, seed).getBytes(StandardCharsets.UTF_8))).name(name);
        Seen seen = new Seen(name, channel, listener);
        channel.setReceiver(seen);
        channel.getProtocolStack().getTransport().getMessageStats().enable(true);
        channel.connect("peers");
        return seen;
    }

    @Override
    public Sent sent(List<MemberNode> nodes) {
        long messages = 0;
        long bytes = 0;
        for (MemberNode node : nodes) {
            MsgStats stats =
                    ((Seen) node).channel.getProtocolStack().getTransport().getMessageStats();
            messages += stats.getNumMsgsSent();
            bytes += stats.getNumBytesSent();
        }
        return new Sent(messages, bytes);
    }

    private static final class Seen implements MemberNode, Receiver {
        private final String name;
        private final JChannel channel;
        private final Listener listener;
        private volatile Set<String> view = Set.of();

        Seen(String name, JChannel channel, Listener listener) {
            this.name = name;
            this.channel = channel;
            this.listener = listener;
        }

        @Override
        public void viewAccepted(View accepted) {
            Set<String> now = new HashSet<>();
            for (Address address : accepted) {
                String known = NameCache.get(address);
                now.add(known == null ? address.toString() : known);
            }
            Set<String> before = view;
            view = now;
            before.stream().filter(old -> !now.contains(old)).forEach(gone -> listener.removed(name, gone));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int size() {
            return view.size();
        }

        @Override
        public boolean sees(String other) {
            return view.contains(other);
        }

        @Override
        public long suspicions() {
            FD_ALL3 detector = channel.getProtocolStack().findProtocol(FD_ALL3.class);
            return detector.getSuspectEventsSent();
        }
    }
}
