package io.holdfast.core;

import io.holdfast.core.internal.link.Admission;
import io.holdfast.core.internal.tls.NodeCredentials;
import io.holdfast.core.internal.tls.PemException;
import java.time.Duration;

/** What a builder was told of TLS, with what the files held. */
record TlsPlan(NodeCredentials credentials, Admission admission, Duration reread) {

    /** @throws IllegalArgumentException if the files are of no use, or not this node's */
    static TlsPlan read(Tls tls, Node node, String clusterName) {
        tls.validate();
        if (!Admission.isClusterName(clusterName)) {
            throw new IllegalArgumentException(
                    "cluster " + clusterName + " has a dot in its name; with TLS it must not,"
                            + " since in a certificate's name, NODE.CLUSTER, the last dot says where the cluster's begins");
        }
        try {
            NodeCredentials credentials = NodeCredentials.load(
                    tls.files(), !node.isClient(), named -> Admission.names(named, node.id(), clusterName));
            return new TlsPlan(credentials, Admission.certified(tls.operators()), tls.reread());
        } catch (PemException useless) {
            throw new IllegalArgumentException("TLS of node " + node.id() + ": " + useless.getMessage(), useless);
        }
    }
}
