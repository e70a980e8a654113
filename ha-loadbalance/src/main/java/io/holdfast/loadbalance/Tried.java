package io.holdfast.loadbalance;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Endpoints that one request has been tried at, so that it is not tried there again. Of one thread at a time. */
public final class Tried {
    private final @Nullable Predicate<Target> eligible;
    private Target[] targets = new Target[4];
    private int size;

    /** Nobody yet. */
    public Tried() {
        this(null);
    }

    /** Nobody yet; and who is not eligible is not to be asked at all. */
    Tried(@Nullable Predicate<Target> eligible) {
        this.eligible = eligible;
    }

    /** Adds one. */
    public void add(Target target) {
        if (size == targets.length) {
            targets = Arrays.copyOf(targets, size * 2);
        }
        targets[size++] = target;
    }

    /** Adds where a try went that was {@linkplain LoadBalancer#begin picked alone}. */
    public void add(Attempt attempt) {
        add(attempt.target());
    }

    /** Another one with the same endpoints, to which more can be added. */
    public Tried copy() {
        Tried copy = new Tried(eligible);
        copy.targets = targets.clone();
        copy.size = size;
        return copy;
    }

    /** How many tries there were. */
    public int size() {
        return size;
    }

    /** All may be asked again. */
    void forget() {
        size = 0;
    }

    boolean has(Target target) {
        if (eligible != null && !eligible.test(target)) {
            return true;
        }
        for (int i = 0; i < size; i++) {
            if (targets[i].idHash() == target.idHash()) {
                return true;
            }
        }
        return false;
    }
}
