package io.holdfast.core.internal.link;

import io.holdfast.core.OperatorRole;
import io.holdfast.core.internal.link.Handshake.Reject;
import io.holdfast.core.runtime.PeerIdentity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a certificate lets its bearer be: a node or client of one id, and an operator of a role. Without TLS everybody is who
 * they say and may do everything. Pure; immutable.
 */
public final class Admission {
    /** The protocol of operators' commands. */
    static final int OPERATORS = 4;

    private final boolean certified;
    private final Map<String, OperatorRole> operators;

    private Admission(boolean certified, Map<String, OperatorRole> operators) {
        this.certified = certified;
        this.operators = Map.copyOf(operators);
    }

    /** Of a node that speaks in plain. */
    public static Admission open() {
        return new Admission(false, Map.of());
    }

    /**
     * Of a node that speaks TLS.
     *
     * @param operators the roles by the names in certificates; whoever is not among them has none
     */
    public static Admission certified(Map<String, OperatorRole> operators) {
        return new Admission(true, operators);
    }

    /**
     * Whether a certificate is that of a node or client: it names the id and the cluster with a dot between, or the id alone.
     *
     * <p>An id that contains a dot is never named alone, for it would look like another id with its cluster: node-1 of cluster
     * bank could come to cluster shop as a node with the id "node-1.bank". Nor may a cluster's name contain one, so what
     * stands behind the last dot is the cluster.
     *
     * @param clusterName empty for an operator's tool, which belongs to no cluster and is known by its name as it stands
     */
    public static boolean names(PeerIdentity certificate, String nodeId, String clusterName) {
        List<String> names = certificate.names();
        if (clusterName.isEmpty()) {
            return names.contains(nodeId);
        }
        return (isClusterName(clusterName) && names.contains(nodeId + "." + clusterName))
                || (nodeId.indexOf('.') < 0 && names.contains(nodeId));
    }

    /** Whether certificates can name a node of that cluster without doubt. */
    public static boolean isClusterName(String clusterName) {
        return clusterName.indexOf('.') < 0;
    }

    /**
     * For a tool that is told an address and no cluster: why a far end is no node of that id of any cluster whose authority
     * the tool trusts, or null if it is one.
     */
    @Nullable
    Reject judgeInAnyCluster(@Nullable PeerIdentity far, String nodeId) {
        boolean named = far != null && far.names().stream().anyMatch(name -> namesInAnyCluster(name, nodeId));
        return !certified || named ? null : otherCertificate(far, nodeId);
    }

    private static boolean namesInAnyCluster(String name, String nodeId) {
        return (name.startsWith(nodeId + ".") && name.lastIndexOf('.') == nodeId.length())
                || (nodeId.indexOf('.') < 0 && name.equals(nodeId));
    }

    /**
     * Why a far end is not whom it says to be, or null if it is. Says nothing of this node, for the far end may be told.
     *
     * @param nodeId whom it says to be, or whom this node looks for
     */
    @Nullable
    Reject judge(@Nullable PeerIdentity far, String nodeId, String clusterName) {
        if (!certified || (far != null && names(far, nodeId, clusterName))) {
            return null;
        }
        return otherCertificate(far, nodeId);
    }

    private static Reject otherCertificate(@Nullable PeerIdentity far, String nodeId) {
        String either = nodeId.indexOf('.') < 0 ? nodeId + ", or " : "";
        return new Reject(
                RejectCode.OTHER_CERTIFICATE,
                far == null
                        ? "there is no certificate that says it is " + nodeId
                        : "the certificate stands for " + far.names() + " and not for " + nodeId
                                + "; it needs the DNS name " + either + nodeId + " dot cluster name");
    }

    /**
     * Why a certificate is not good for that, or null if it is. Whoever may read the state of a cluster is not thereby one of its
     * nodes, nor a user of its log; and a user of its log, whose certificate is good for clients alone, is not one of its nodes,
     * though it may call itself one.
     *
     * @param member whether it says to be a node of the cluster
     */
    @Nullable
    Reject judgeUse(@Nullable PeerIdentity far, boolean member, int protocol) {
        if (!certified) {
            return null;
        }
        if (member && (far == null || !far.forServers())) {
            return new Reject(
                    RejectCode.OTHER_CERTIFICATE,
                    "the certificate of " + names(far)
                            + " is a client's, and not good for a node: that needs extendedKeyUsage = serverAuth, clientAuth");
        }
        if (role(far) == OperatorRole.NONE || (!member && protocol == OPERATORS)) {
            return null;
        }
        return new Reject(
                RejectCode.OTHER_CERTIFICATE,
                "the certificate of " + names(far)
                        + " is an operator's (Tls.operator), which is good for operators' commands alone");
    }

    /** The greatest role among those of its names. */
    OperatorRole role(@Nullable PeerIdentity far) {
        if (!certified) {
            return OperatorRole.OPERATE;
        }
        OperatorRole greatest = OperatorRole.NONE;
        for (String name : names(far)) {
            OperatorRole role = operators.getOrDefault(name, OperatorRole.NONE);
            greatest = role.allows(greatest) ? role : greatest;
        }
        return greatest;
    }

    static List<String> names(@Nullable PeerIdentity far) {
        return far == null ? List.of() : far.names();
    }
}
