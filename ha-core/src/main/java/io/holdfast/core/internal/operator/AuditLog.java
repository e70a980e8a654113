package io.holdfast.core.internal.operator;

import io.holdfast.core.OperatorRole;
import io.holdfast.core.spi.Links.Link;
import io.holdfast.core.spi.Links.Peer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who had a node do what: one line for each command, also for those that were refused, by the logger {@value #NAME}. Whoever
 * configures logging decides where it goes and how long it is kept.
 */
final class AuditLog {
    static final String NAME = "io.holdfast.audit";
    private static final Logger LOG = LoggerFactory.getLogger(NAME);
    private static final int MAX_TEXT = 300;

    private final String node;

    AuditLog(String node) {
        this.node = node;
    }

    /** Who is at the far end: the names in its certificate, or that it has none, and its address. */
    static String who(Link link) {
        Peer peer = link.peer();
        String names = peer.certificateNames().isEmpty()
                ? "no certificate"
                : "certificate of " + Json.printable(String.join(", ", peer.certificateNames()));
        return peer.nodeId() + " at " + link.remote() + " (" + names + ")";
    }

    void done(String who, OperatorRole role, String command, String arguments) {
        LOG.info("{}: {} with role {} ran {} {}: done", node, who, role, command, shortened(arguments));
    }

    void notDone(String who, OperatorRole role, String command, String arguments, AnswerCode code, String why) {
        LOG.warn(
                "{}: {} with role {} asked for {} {}: {}: {}",
                node,
                who,
                role,
                command,
                shortened(arguments),
                code,
                shortened(why));
    }

    /** What became of a command after it had been answered as taking too long. */
    void doneLate(String who, OperatorRole role, String command, String arguments) {
        LOG.info(
                "{}: {} with role {} ran {} {}: done, after the answer that it takes too long",
                node,
                who,
                role,
                command,
                shortened(arguments));
    }

    void leftOut(String who, long lines) {
        LOG.warn("{}: {} was refused {} more times, which were left out", node, who, lines);
    }

    private static String shortened(String text) {
        String printable = Json.printable(text);
        return printable.length() <= MAX_TEXT ? printable : printable.substring(0, MAX_TEXT) + "...";
    }
}
