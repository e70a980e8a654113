package io.holdfast.membership.node;

import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.Node;
import io.holdfast.core.spi.MalformedFrameException;
import io.holdfast.membership.swim.MemberChange;
import io.holdfast.membership.swim.MemberInfo;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What users see of the members: a snapshot, made anew after whatever changed. Changed on the loop, read by anybody. */
final class Roster {
    private static final Logger LOG = LoggerFactory.getLogger(Roster.class);

    private final String self;
    private final Map<String, Member> byId = new TreeMap<>();
    /** Told of in the log; no more than there are members. */
    private final Set<String> misunderstood = new HashSet<>();

    private long version;
    private boolean changed;
    private volatile Members snapshot;

    Roster(Node self) {
        this.self = self.id();
        byId.put(self.id(), new Member(self, MemberState.ALIVE, MemberFacts.NONE, 0));
        snapshot = new Members(self.id(), byId, 0);
    }

    /** As it was after the last {@link #publish}. Safe from any thread. */
    Members snapshot() {
        return snapshot;
    }

    /** This node says something else of itself. */
    void self(Node node, MemberFacts facts, long incarnation) {
        byId.put(self, new Member(node, MemberState.ALIVE, facts, incarnation));
        touched();
    }

    /** Takes a change over, and says it in users' words. */
    MemberEvent take(MemberChange change) {
        Member member = member(change.member(), change.state());
        MemberEvent.Kind kind =
                switch (change.kind()) {
                    case JOINED -> MemberEvent.Kind.JOINED;
                    case UPDATED -> MemberEvent.Kind.UPDATED;
                    case SUSPECTED -> MemberEvent.Kind.SUSPECTED;
                    case REFUTED -> MemberEvent.Kind.REFUTED;
                    case LEFT -> MemberEvent.Kind.LEFT;
                    case DIED -> MemberEvent.Kind.DIED;
                    case CAME_BACK -> MemberEvent.Kind.CAME_BACK;
                    case FORGOTTEN -> MemberEvent.Kind.FORGOTTEN;
                };
        if (kind == MemberEvent.Kind.FORGOTTEN) {
            byId.remove(member.id());
            misunderstood.remove(member.id());
        } else {
            byId.put(member.id(), member);
        }
        touched();
        return new MemberEvent(kind, member, change.cause());
    }

    private Member member(MemberInfo info, MemberState state) {
        MetadataCodec.Content content;
        try {
            content = MetadataCodec.decode(info.id(), info.address(), info.isEphemeral(), info.metadata());
        } catch (MalformedFrameException e) {
            if (misunderstood.add(info.id())) {
                LOG.warn(
                        "node {}: what {} says of itself is not understood, and left out: {}",
                        self,
                        info.id(),
                        e.getMessage());
            }
            Node plain = Node.of(info.id()).bind(info.address().toString());
            content = new MetadataCodec.Content(info.isEphemeral() ? plain.ephemeral() : plain, MemberFacts.NONE);
        }
        return new Member(content.node(), state, content.facts(), info.incarnation());
    }

    private void touched() {
        version++;
        changed = true;
    }

    /** Lets everybody see what has changed since. */
    void publish() {
        if (changed) {
            changed = false;
            snapshot = new Members(self, byId, version);
        }
    }
}
