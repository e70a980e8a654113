package io.holdfast.benchmarks.loadbalance;

import io.holdfast.benchmarks.report.Table;
import io.holdfast.loadbalance.Algorithm;
import io.holdfast.loadbalance.Balancer;
import io.holdfast.loadbalance.Endpoint;
import io.holdfast.loadbalance.Outcome;
import io.holdfast.loadbalance.RequestKey;
import io.holdfast.loadbalance.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * How good picks are: how exact, how even, how many keys move. {@code Quality} prints tables; it ends with 1 if something that is
 * promised does not hold.
 */
public final class Quality {
    private static final int PICKS = 1_000_000;
    private static final int KEYS = 200_000;

    private final StringBuilder text = new StringBuilder();
    private final List<String> broken = new ArrayList<>();

    private Quality() {}

    /** See the class. */
    public static void main(String[] args) {
        Quality quality = new Quality();
        quality.windows();
        quality.spread();
        quality.moves();
        quality.bounds();
        System.out.print(quality.text);
        quality.broken.forEach(each -> System.out.println("BROKEN: " + each));
        System.exit(quality.broken.isEmpty() ? 0 : 1);
    }

    private static String figure(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private void table(String heading, Table table) {
        text.append(heading).append('\n').append(table.toText()).append('\n');
    }

    private static int weight(List<Endpoint> all, int i) {
        return all.get(i).weight();
    }

    private static List<Endpoint> weighted(int count, int different) {
        List<Endpoint> all = new ArrayList<>();
        for (Endpoint endpoint : HoldfastPicks.endpoints(count, false)) {
            all.add(endpoint.weight(1 + all.size() % different));
        }
        return all;
    }

    private static Map<Target, Integer> places(List<Endpoint> all, Balancer balancer) {
        Map<String, Integer> byId = new HashMap<>();
        all.forEach(endpoint -> byId.put(endpoint.id(), byId.size()));
        Map<Target, Integer> places = new HashMap<>();
        for (int i = 0; places.size() < all.size() && i < 10_000_000; i++) {
            Target target = Objects.requireNonNull(balancer.pick(RequestKey.of(i)));
            places.computeIfAbsent(
                    target, t -> Objects.requireNonNull(byId.get(t.endpoint().id())));
        }
        return places;
    }

    private static int[] order(Algorithm algorithm, List<Endpoint> all, int count) {
        Balancer balancer = Balancers.over(algorithm, all);
        Map<Target, Integer> places = places(all, balancer);
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = Objects.requireNonNull(places.get(Objects.requireNonNull(balancer.pick(RequestKey.of(i)))));
        }
        balancer.close();
        return order;
    }

    /** Every window of sum-of-weights picks, and by how much anybody's picks in any stretch of time differ from its share. */
    private void windows() {
        Table table = new Table("smooth weighted", "window", "windows", "not exact", "most picks off, any stretch");
        for (int[] shape : new int[][] {{3, 3}, {10, 10}, {100, 10}, {10, 1_000}, {1_000, 5}}) {
            List<Endpoint> all = weighted(shape[0], shape[1]);
            int window = all.stream().mapToInt(Endpoint::weight).sum();
            int length = Math.max(3 * window, 10_000);
            int[] order = order(Algorithm.smoothWeighted(), all, length);
            int[] counts = new int[all.size()];
            int wrong = 0; // endpoints whose count in the window is not its weight
            int torn = 0;
            for (int i = 0; i < window; i++) {
                counts[order[i]]++;
            }
            for (int i = 0; i < counts.length; i++) {
                wrong += counts[i] == weight(all, i) ? 0 : 1;
            }
            torn += wrong > 0 ? 1 : 0;
            for (int to = window; to < length; to++) {
                wrong += change(counts, order[to], 1, all) + change(counts, order[to - window], -1, all);
                torn += wrong > 0 ? 1 : 0;
            }
            int windows = length - window + 1;
            table.add(List.of(
                    all.size() + " endpoints, weights 1 to " + Math.min(shape[0], shape[1]),
                    String.valueOf(window),
                    String.valueOf(windows),
                    String.valueOf(torn),
                    figure("%.3f", burst(order, all, window))));
            check(torn == 0, "smooth weighted: " + torn + " windows of " + windows + " are not exact");
        }
        table("Any window of sum-of-weights picks", table);
    }

    private static int change(int[] counts, int at, int by, List<Endpoint> all) {
        int before = counts[at] == weight(all, at) ? 0 : 1;
        counts[at] += by;
        return (counts[at] == weight(all, at) ? 0 : 1) - before;
    }

    /** The most that picks of anybody between any two moments differ from its share. */
    private static double burst(int[] order, List<Endpoint> all, double sum) {
        double most = 0;
        double[] least = new double[all.size()];
        double[] greatest = new double[all.size()];
        int[] counts = new int[all.size()];
        for (int i = 0; i < Math.min(order.length, 20_000); i++) {
            int at = order[i];
            double share = weight(all, at) / sum;
            double before = counts[at] - i * share;
            counts[at]++;
            double after = counts[at] - (i + 1) * share;
            least[at] = Math.min(least[at], before);
            greatest[at] = Math.max(greatest[at], after);
            most = Math.max(most, Math.max(after - least[at], greatest[at] - before));
        }
        return most;
    }

    private void spread() {
        Table table = new Table("1,000,000 picks", "endpoints", "weights", "most of its share", "least of its share");
        for (String name : List.of(
                "round-robin", "random", "weighted-random", "rendezvous", "maglev", "least-request", "peak-ewma")) {
            for (int count : new int[] {10, 100}) {
                for (int different : new int[] {1, 10}) {
                    if (different > 1 && (name.equals("round-robin") || name.equals("random"))) {
                        continue;
                    }
                    List<Endpoint> all = weighted(count, different);
                    double sum = all.stream().mapToInt(Endpoint::weight).sum();
                    int[] counts = new int[count];
                    for (int place : order(HoldfastPicks.algorithm(name), all, PICKS)) {
                        counts[place]++;
                    }
                    double most = 0;
                    double least = Double.MAX_VALUE;
                    for (int i = 0; i < count; i++) {
                        double share = counts[i] * sum / weight(all, i) / PICKS;
                        most = Math.max(most, share);
                        least = Math.min(least, share);
                    }
                    table.add(List.of(
                            name,
                            String.valueOf(count),
                            different == 1 ? "alike" : "1 to 10",
                            figure("%.3f", most),
                            figure("%.3f", least)));
                    check(most < 1.15, name + " gives one of " + count + " " + most + " of its share");
                }
            }
        }
        table("How even", table);
    }

    private void moves() {
        Table table =
                new Table("one of N leaves, weights 1 to 3", "N", "its share, %", "keys moved, %", "of others, %");
        for (String name : List.of("rendezvous", "maglev")) {
            for (int count : new int[] {3, 10, 100, 1_000}) {
                List<Endpoint> all = weighted(count, 3);
                int gone = count / 2;
                List<Endpoint> rest = new ArrayList<>(all);
                Endpoint left = rest.remove(gone);
                Balancer before = Balancers.over(HoldfastPicks.algorithm(name), all);
                Balancer after = Balancers.over(HoldfastPicks.algorithm(name), rest);
                int moved = 0;
                int others = 0;
                int its = 0;
                for (int i = 0; i < KEYS; i++) {
                    String home = Objects.requireNonNull(before.pick(RequestKey.of(i)))
                            .endpoint()
                            .id();
                    String now = Objects.requireNonNull(after.pick(RequestKey.of(i)))
                            .endpoint()
                            .id();
                    boolean was = home.equals(left.id());
                    its += was ? 1 : 0;
                    moved += home.equals(now) ? 0 : 1;
                    others += home.equals(now) || was ? 0 : 1;
                }
                before.close();
                after.close();
                table.add(List.of(
                        name,
                        String.valueOf(count),
                        figure("%.2f", its * 100.0 / KEYS),
                        figure("%.2f", moved * 100.0 / KEYS),
                        figure("%.2f", others * 100.0 / KEYS)));
                check(
                        others == 0 || name.equals("maglev"),
                        "rendezvous moved " + others + " keys that had nothing to do with it");
                check(others < KEYS / 50, name + " over " + count + " moved " + others + " keys of others");
            }
        }
        table("Keys that move", table);
    }

    private void bounds() {
        Table table = new Table(
                "bounded load, a fifth of the requests of one key",
                "factor",
                "in flight",
                "begun",
                "over the bound",
                "at home, %");
        for (double factor : new double[] {1.1, 1.25, 2}) {
            for (int together : new int[] {20, 200}) {
                bound(factor, together, table);
            }
        }
        table("Never above the bound", table);
    }

    private void bound(double factor, int together, Table table) {
        List<Endpoint> all = weighted(10, 3);
        double sum = all.stream().mapToInt(Endpoint::weight).sum();
        Balancer bounded = Balancers.over(Algorithm.boundedKeyHash(factor), all);
        Balancer plain = Balancers.over(Algorithm.keyHash(), all);
        SplittableRandom random = new SplittableRandom(3);
        List<Target> running = new ArrayList<>();
        int over = 0;
        int atHome = 0;
        int begun = 0;
        for (int i = 0; i < PICKS / 4; i++) {
            if (running.size() >= together) {
                int at = random.nextInt(running.size());
                Target last = running.remove(running.size() - 1);
                Target ended = at == running.size() ? last : running.set(at, last);
                bounded.end(ended, 1_000_000, Outcome.SUCCESS);
            }
            long key = RequestKey.of(random.nextInt(5) == 0 ? 1 : random.nextInt());
            Target target = Objects.requireNonNull(bounded.begin(key, null));
            running.add(target);
            begun++;
            double bound = Math.ceil(factor * target.endpoint().weight() / sum * running.size());
            over += target.inFlight() > bound ? 1 : 0;
            String home = Objects.requireNonNull(plain.pick(key)).endpoint().id();
            atHome += home.equals(target.endpoint().id()) ? 1 : 0;
        }
        table.add(List.of(
                "10 endpoints, weights 1 to 3",
                figure("%.2f", factor),
                String.valueOf(together),
                String.valueOf(begun),
                String.valueOf(over),
                figure("%.1f", atHome * 100.0 / begun)));
        check(over == 0, "the bound of " + factor + " was passed " + over + " times");
        bounded.close();
        plain.close();
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            broken.add(otherwise);
        }
    }
}
