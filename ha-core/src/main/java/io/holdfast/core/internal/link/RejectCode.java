package io.holdfast.core.internal.link;

/** Why a hello was answered with a reject. The numbers are part of the wire format. */
enum RejectCode {
    /** A number that this version does not know; the text still tells. */
    OTHER(0),
    /** The two ends speak no version of the protocol in common. */
    NO_COMMON_VERSION(1),
    /** The ends belong to clusters of different names. */
    OTHER_CLUSTER_NAME(2),
    /** The ends belong to clusters of one name that were formed separately. */
    OTHER_CLUSTER_ID(3),
    /** Another node than the dialler looked for stands at that address. */
    NOT_THE_EXPECTED_NODE(4),
    /** No feature of the node takes links of this protocol, at least not yet. */
    PROTOCOL_NOT_SERVED(5),
    /** The feature that takes links of this protocol does not want this one. */
    REFUSED(6),
    /** The dialler bears the acceptor's own node id or disk id. */
    DUPLICATE_IDENTITY(7),
    /** The dialler speaks in plain, and the acceptor speaks TLS. Sent in plain. */
    TLS_REQUIRED(8),
    /** The certificate of one end does not name the node that it says to be. */
    OTHER_CERTIFICATE(9);

    private final int wire;

    RejectCode(int wire) {
        this.wire = wire;
    }

    int wire() {
        return wire;
    }

    static RejectCode of(int wire) {
        for (RejectCode code : values()) {
            if (code.wire == wire) {
                return code;
            }
        }
        return OTHER;
    }
}
