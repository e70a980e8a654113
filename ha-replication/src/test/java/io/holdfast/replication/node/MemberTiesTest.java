package io.holdfast.replication.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.holdfast.core.Member;
import io.holdfast.core.MemberEvent;
import io.holdfast.core.MemberEvent.Kind;
import io.holdfast.core.MemberFacts;
import io.holdfast.core.MemberState;
import io.holdfast.core.Members;
import io.holdfast.core.Node;
import io.holdfast.core.ReplicaRole;
import io.holdfast.core.spi.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the log remembers of the membership. */
class MemberTiesTest {
    private static final class Told implements Membership {
        private final Map<String, Member> all = new TreeMap<>();
        private @Nullable Consumer<MemberEvent> listener;

        @Override
        public Members members() {
            return new Members("a", all, 1);
        }

        @Override
        public void listen(Consumer<MemberEvent> taking) {
            listener = taking;
        }

        @Override
        public void say(UnaryOperator<MemberFacts> change) {}

        @Override
        public void doubt(String nodeId, boolean refused) {}

        void tell(Kind kind, String id, MemberState state, @Nullable ReplicaRole role) {
            Member member = new Member(Node.of(id).bind(id + ":1"), state, MemberFacts.NONE.withRole(role), 1);
            if (kind == Kind.FORGOTTEN) {
                all.remove(id);
            } else {
                all.put(id, member);
            }
            Consumer<MemberEvent> hears = listener;
            if (hears != null) {
                hears.accept(new MemberEvent(kind, member, ""));
            }
        }
    }

    private final NodeHost host = new NodeHost();
    private final Told told = new Told();
    private final Set<String> nodes = new TreeSet<>(Set.of("a", "b"));
    private final List<String> found = new ArrayList<>();
    private final MemberTies ties =
            new MemberTies(host, (id, address) -> found.add(id + "@" + address), () -> {}, nodes::contains);

    @BeforeEach
    void begin() {
        host.membership = told;
        told.tell(Kind.JOINED, "a", MemberState.ALIVE, ReplicaRole.SLAVE);
        ties.start();
    }

    @Test
    void ofThoseWhoComeAndGoNothingStays() {
        told.tell(Kind.JOINED, "b", MemberState.ALIVE, ReplicaRole.SLAVE);
        for (int i = 0; i < 100; i++) {
            told.tell(Kind.JOINED, "pod-" + i, MemberState.ALIVE, null);
            told.tell(Kind.DIED, "pod-" + i, MemberState.DEAD, null);
            told.tell(Kind.FORGOTTEN, "pod-" + i, MemberState.DEAD, null);
        }
        assertEquals(Set.of("a", "b"), ties.seen().keySet());
    }

    @Test
    void aVoterThatWasForgottenIsDeadStillUntilItIsNone() {
        told.tell(Kind.JOINED, "b", MemberState.ALIVE, ReplicaRole.SLAVE);
        host.pass(50);
        told.tell(Kind.DIED, "b", MemberState.DEAD, ReplicaRole.SLAVE);
        long since = host.nanoTime();
        host.pass(50);
        told.tell(Kind.FORGOTTEN, "b", MemberState.DEAD, ReplicaRole.SLAVE);
        assertEquals(
                new AutopilotPlan.Seen(MemberState.DEAD, since, ""), ties.seen().get("b"));
        nodes.remove("b");
        ties.lookAgain();
        assertEquals(Set.of("a"), ties.seen().keySet());
        nodes.add("b");
        found.clear();
        told.tell(Kind.JOINED, "b", MemberState.ALIVE, null);
        assertEquals(List.of("b@b:1"), found, "it is looked for where it is, as one that was never seen");
    }

    @Test
    void whoStoresTheLogIsAGuideAndTheMasterTheFirst() {
        told.tell(Kind.JOINED, "b", MemberState.ALIVE, ReplicaRole.LEARNER);
        told.tell(Kind.JOINED, "c", MemberState.ALIVE, null);
        told.tell(Kind.JOINED, "d", MemberState.ALIVE, ReplicaRole.MASTER);
        told.tell(Kind.JOINED, "e", MemberState.ALIVE, ReplicaRole.CLIENT);
        told.tell(Kind.DIED, "f", MemberState.DEAD, ReplicaRole.SLAVE);
        List<String> guides = new ArrayList<>();
        ties.guides((id, address) -> guides.add(id + "@" + address));
        assertEquals(List.of("d@d:1", "a@a:1", "b@b:1"), guides);
    }
}
