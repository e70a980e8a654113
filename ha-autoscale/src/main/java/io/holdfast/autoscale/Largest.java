package io.holdfast.autoscale;

import java.util.List;
import java.util.StringJoiner;

/** Several policies as one. */
record Largest(List<ScalingPolicy> policies) implements ScalingPolicy {
    Largest {
        policies = List.copyOf(policies);
        if (policies.isEmpty()) {
            throw new IllegalArgumentException("the largest of no policies is none");
        }
    }

    @Override
    public Wish wish(ScalingView view) {
        Wish largest = null;
        Wish unknown = null;
        StringJoiner reasons = new StringJoiner("; ");
        for (ScalingPolicy policy : policies) {
            Wish wish = policy.wish(view);
            reasons.add(wish.policy() + ": " + wish.reason());
            if (wish.kind() == Wish.Kind.UNKNOWN) {
                unknown = wish;
            } else if (wish.kind() == Wish.Kind.NODES && (largest == null || wish.nodes() > largest.nodes())) {
                largest = wish;
            }
        }
        if (unknown != null
                && (largest == null || largest.nodes() <= view.history().last().wanted())) {
            return Wish.unknown(toString(), reasons.toString());
        }
        return largest == null
                ? Wish.none(toString(), reasons.toString())
                : Wish.nodes(toString(), largest.nodes(), reasons.toString());
    }

    @Override
    public String toString() {
        StringJoiner names = new StringJoiner(", ", "largest of ", "");
        policies.forEach(policy -> names.add(policy.toString()));
        return names.toString();
    }
}
