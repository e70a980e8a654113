package io.holdfast.loadbalance;

import java.util.Arrays;

/** Endpoints that one request has been tried at, so that it is not tried there again. Of one thread at a time. */
public final class Tried {
    private Target[] targets = new Target[4];
    private int size;

    /** Nobody yet. */
    public Tried() {}

    /** Adds one. */
    public void add(Target target) {
        if (size == targets.length) {
            targets = Arrays.copyOf(targets, size * 2);
        }
        targets[size++] = target;
    }

    /** How many tries there were. */
    public int size() {
        return size;
    }

    boolean has(Target target) {
        for (int i = 0; i < size; i++) {
            if (targets[i].idHash() == target.idHash()) {
                return true;
            }
        }
        return false;
    }
}
