package io.holdfast.autoscale.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What of the fleet has to outlast the node that decides: what is wanted, and what has been begun.
 *
 * @param wanted how many nodes there are to be
 * @param growth nodes that a target was, or is being, asked for
 * @param going a node that is being taken away
 * @param ordered nodes that were asked for by name, and have not served yet
 * @param known nodes that may come back, whoever knows of them at present: their names are nobody else's
 * @param actions how many actions there have been, which numbers them
 */
public record FleetState(
        int wanted,
        Optional<Growth> growth,
        Optional<Going> going,
        List<String> ordered,
        List<String> known,
        long actions) {
    /** Copies the names. */
    public FleetState {
        ordered = List.copyOf(ordered);
        known = List.copyOf(known);
    }

    /**
     * Nodes that are asked for.
     *
     * @param action its name
     * @param nodes theirs, if the target takes names
     * @param size how many instances there are to be then
     */
    public record Growth(String action, List<String> nodes, int size) {
        /** Copies the names. */
        public Growth {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * A node that is being taken away.
     *
     * @param action its name
     * @param node which
     * @param phase how far that is
     * @param heir who gets its vote; empty if it has none
     */
    public record Going(String action, String node, Phase phase, String heir) {
        Going in(Phase next) {
            return new Going(action, node, next, heir);
        }
    }

    /** How far a node is that is being taken away. */
    public enum Phase {
        /** It asks for nothing new, and what is on its way ends. */
        DRAIN,
        /** Another node gets its vote. */
        MOVE_VOTE,
        /** It gives up its place in the cluster, and stops serving. */
        LEAVE,
        /** The target stops it. */
        STOP,
        /** It stays after all, and is to serve again. */
        UNDO
    }

    /** Nothing has been begun. */
    public static FleetState of(int wanted) {
        return new FleetState(wanted, Optional.empty(), Optional.empty(), List.of(), List.of(), 0);
    }

    FleetState wanting(int nodes) {
        return new FleetState(nodes, growth, going, ordered, known, actions);
    }

    FleetState growing(Optional<Growth> next) {
        List<String> names = new ArrayList<>(ordered);
        next.ifPresent(begun ->
                begun.nodes().stream().filter(node -> !names.contains(node)).forEach(names::add));
        return new FleetState(
                wanted, next, going, names, known, actions + (next.isPresent() && growth.isEmpty() ? 1 : 0));
    }

    /** With those of whom something is expected still. */
    FleetState expecting(Predicate<String> still) {
        return new FleetState(
                wanted, growth, going, ordered.stream().filter(still).toList(), known, actions);
    }

    FleetState knowing(List<String> names) {
        return new FleetState(wanted, growth, going, ordered, names, actions);
    }

    FleetState losing(Optional<Going> next) {
        return new FleetState(
                wanted, growth, next, ordered, known, actions + (next.isPresent() && going.isEmpty() ? 1 : 0));
    }
}
