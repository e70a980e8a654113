package io.holdfast.benchmarks.jgroupsraft;

import io.holdfast.benchmarks.subject.NodeSettings;
import io.holdfast.benchmarks.subject.Profile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The stack of protocols that a node is configured with. */
final class Stack {
    private static final String CALM = "<FD_ALL3/><VERIFY_SUSPECT2 timeout=\"1500\"/>";
    private static final String FAST = "<FD_ALL3 timeout=\"1000\" interval=\"200\"/><VERIFY_SUSPECT2 timeout=\"100\"/>";

    private Stack() {}

    static String of(NodeSettings settings) {
        String hosts = IntStream.range(0, settings.nodes())
                .mapToObj(node -> "127.0.0.1[" + settings.port(node, 0) + "]")
                .collect(Collectors.joining(","));
        String members = IntStream.range(0, settings.nodes())
                .mapToObj(node -> "n" + node)
                .collect(Collectors.joining(","));
        return String.join(
                "\n",
                "<config xmlns=\"urn:org:jgroups\">",
                "<TCP bind_addr=\"127.0.0.1\" bind_port=\"" + settings.port(settings.id(), 0) + "\" port_range=\"0\"",
                " diag.enabled=\"false\" thread_pool.min_threads=\"2\" thread_pool.max_threads=\"100\"/>",
                "<TCPPING initial_hosts=\"" + hosts + "\" port_range=\"0\"/>",
                "<MERGE3 min_interval=\"10000\" max_interval=\"30000\"/>",
                "<FD_SOCK2/>",
                settings.profile() == Profile.FAST ? FAST : CALM,
                "<pbcast.NAKACK2 use_mcast_xmit=\"false\"/>",
                "<UNICAST3 conn_expiry_timeout=\"0\"/>",
                "<pbcast.STABLE desired_avg_gossip=\"50000\" max_bytes=\"4M\"/>",
                "<raft.NO_DUPES/>",
                "<pbcast.GMS print_local_addr=\"false\" join_timeout=\"2000\"/>",
                "<UFC max_credits=\"2M\" min_threshold=\"0.4\"/>",
                "<MFC max_credits=\"2M\" min_threshold=\"0.4\"/>",
                "<FRAG4 frag_size=\"60K\"/>",
                "<raft.ELECTION/>",
                "<raft.RAFT members=\"" + members + "\" raft_id=\"n" + settings.id() + "\"",
                " log_dir=\"" + settings.directory() + "\"",
                " log_class=\"org.jgroups.protocols.raft.FileBasedLog\"",
                " log_use_fsync=\"" + settings.forced() + "\" max_log_size=\"100000000\"/>",
                "<raft.REDIRECT/>",
                "</config>");
    }
}
