package io.holdfast.core.discovery;

import io.holdfast.core.Address;
import io.holdfast.core.runtime.NodeRuntime;
import io.holdfast.core.runtime.Worker;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Several places, asked at once; what one of them cannot tell keeps nothing from the others. */
record Together(List<Discovery> parts) implements Discovery {

    Together {
        parts = List.copyOf(parts);
    }

    @Override
    public void find(NodeRuntime runtime, Worker worker, Answer answer) {
        Gathering gathering = new Gathering(answer, parts.size());
        for (Discovery part : parts) {
            part.find(runtime, worker, gathering);
        }
    }

    @Override
    public String description() {
        return parts.stream().map(Discovery::description).collect(Collectors.joining(", "));
    }

    /** On the loop. */
    private static final class Gathering implements Answer {
        private final Answer whole;
        private final Set<Address> addresses = new LinkedHashSet<>();
        private final Set<String> problems = new LinkedHashSet<>();
        private int missing;

        Gathering(Answer whole, int missing) {
            this.whole = whole;
            this.missing = missing;
        }

        @Override
        public void found(List<Address> found, String problem) {
            addresses.addAll(found);
            if (!problem.isEmpty()) {
                problems.add(problem);
            }
            if (--missing == 0) {
                whole.found(List.copyOf(addresses), String.join("; ", problems));
            }
        }
    }
}
