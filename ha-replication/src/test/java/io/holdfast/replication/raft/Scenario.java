package io.holdfast.replication.raft;

import static io.holdfast.replication.raft.RaftCluster.MS;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs the commands of a golden trace:
 *
 * <pre>
 * voters a b c          the voters; all disks hold term 1 and no log
 * log a 1 1 2           entries of these terms on a's disk, before it starts
 * vote a 3 b            term and vote on a's disk, before it starts
 * manual a              a's disk completes nothing by itself from now on
 * start a b             starts, or restarts, these nodes
 * crash a               what is not forced is lost, and what is on its way to a
 * fire a                moves the clock to a's timer and fires it
 * stand 500             moves the clock by milliseconds; no timer fires
 * deliver               delivers what is on its way now, and not what that causes
 * settle                delivers until nothing is on its way
 * drop a c              loses what is on its way from a to c
 * cut a | heal          nothing leaves or reaches a | all links work
 * save a | force a      a's disk completes the next save of term and vote | the next force of the log
 * propose a 3 250       a batch of 3 entries and 250 bytes
 * read a 7              a linearizable read with this id
 * refused a b           a's connection to b was refused
 * state                 what each node knows
 * </pre>
 */
final class Scenario {
    private RaftCluster cluster = new RaftCluster("a");
    private final List<String> trace = new ArrayList<>();

    /** Runs one command and returns what it led to, a line each. */
    List<String> run(String command) {
        trace.clear();
        String[] words = command.split(" +", -1);
        List<String> arguments = Arrays.asList(words).subList(1, words.length);
        run(words[0], arguments);
        return List.copyOf(trace);
    }

    private void run(String verb, List<String> arguments) {
        String first = arguments.isEmpty() ? "" : arguments.get(0);
        switch (verb) {
            case "voters" -> {
                cluster = new RaftCluster(arguments.toArray(String[]::new));
                cluster.observe((node, input, effects) -> effects.forEach(effect -> trace.add(line(node, effect))));
            }
            case "log" ->
                cluster.disk(first)
                        .log(arguments.stream()
                                .skip(1)
                                .mapToLong(Long::parseLong)
                                .toArray());
            case "vote" -> cluster.disk(first).hardState(Long.parseLong(arguments.get(1)), arguments.get(2));
            case "manual" -> cluster.disk(first).manual();
            case "start" -> arguments.forEach(cluster::start);
            case "crash" -> cluster.crash(first);
            case "fire" -> cluster.fire(first);
            case "stand" -> cluster.stand(Long.parseLong(first));
            case "deliver" -> {
                List<RaftCluster.Envelope> now = List.copyOf(cluster.network);
                cluster.network.clear();
                now.forEach(cluster::deliver);
            }
            case "settle" -> cluster.settle();
            case "drop" ->
                cluster.drop(envelope ->
                        envelope.from().equals(first) && envelope.to().equals(arguments.get(1)));
            case "cut" -> cluster.isolate(first);
            case "heal" -> cluster.heal();
            case "save" -> cluster.save(first);
            case "force" -> cluster.force(first);
            case "propose" ->
                cluster.step(
                        first,
                        new RaftInput.Proposed(Integer.parseInt(arguments.get(1)), Integer.parseInt(arguments.get(2))));
            case "read" -> cluster.read(first, Long.parseLong(arguments.get(1)));
            case "refused" -> cluster.step(first, new RaftInput.PeerRefused(arguments.get(1)));
            case "state" -> cluster.nodes().forEach(node -> trace.add(state(node)));
            default -> throw new IllegalArgumentException("no such command: " + verb);
        }
    }

    private static String line(TestNode node, RaftEffect effect) {
        if (effect instanceof RaftEffect.Send send) {
            return node.id + " -> " + send.to() + "  " + send.message();
        }
        if (effect instanceof RaftEffect.SetTimer timer) {
            return node.id + "       SetTimer[" + timer.atNanos() / MS + " ms]";
        }
        return node.id + "       " + effect;
    }

    private static String state(TestNode node) {
        if (!node.running()) {
            return node.id + " is down, disk: term " + node.disk.term() + ", vote '" + node.disk.votedFor() + "'";
        }
        Raft raft = node.raft();
        return node.id + " " + raft.role() + " term " + raft.term() + " leader '" + raft.leader() + "' last "
                + raft.lastIndex() + " commit " + raft.commitIndex() + " matches " + raft.matches();
    }
}
