package io.holdfast.core;

import io.holdfast.core.internal.configuration.OperatorFiles;
import io.holdfast.core.internal.link.Admission;
import io.holdfast.core.internal.tls.NodeCredentials;
import io.holdfast.core.internal.tls.PemException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a builder was told of TLS, with what the files held. */
record TlsPlan(NodeCredentials credentials, Admission admission, Duration reread) {

    private static final Logger LOG = LoggerFactory.getLogger(TlsPlan.class);

    /** @throws IllegalArgumentException if the files are of no use, or not this node's */
    static TlsPlan read(Tls tls, Node node, String clusterName) {
        tls.validate();
        if (!Admission.isClusterName(clusterName)) {
            throw new IllegalArgumentException(
                    "cluster " + clusterName + " has a dot in its name; with TLS it must not,"
                            + " since in a certificate's name, NODE.CLUSTER, the last dot says where the cluster's begins");
        }
        try {
            if (OperatorFiles.isReadableByAll(tls.privateKey())) {
                LOG.warn(
                        "node {}: the private key {} can be read by every user of this host; chmod o-r {}",
                        node.id(),
                        tls.privateKey(),
                        tls.privateKey());
            }
            NodeCredentials credentials = NodeCredentials.load(
                    tls.files(), !node.isClient(), named -> Admission.names(named, node.id(), clusterName));
            return new TlsPlan(credentials, Admission.certified(tls.operators()), tls.reread());
        } catch (PemException useless) {
            throw new IllegalArgumentException("TLS of node " + node.id() + ": " + useless.getMessage(), useless);
        }
    }
}
