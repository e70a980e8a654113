package io.holdfast.examples.demo;

import io.holdfast.core.NotAvailableException;
import io.holdfast.core.OutcomeUnknownException;
import io.holdfast.core.OverloadedException;
import io.holdfast.examples.demo.RouteTally.Outcome;
import io.holdfast.integrations.loadbalance.http.BalancedHttp;
import io.holdfast.loadbalance.LoadBalancer;
import io.holdfast.loadbalance.ReadSession;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * One of the callers: it puts an order at the master, reads it from slaves, and adds an entry to the master's journal, over and over,
 * with the default deadlines. What it is told it enters into the ledgers. One thread.
 */
final class RouteCaller implements Runnable {
    private static final int OK = 200;
    /** A call that takes longer is told in the log. */
    private static final long SLOW_NANOS = 2_000_000_000L;

    /**
     * What all callers share.
     *
     * @param client sends the requests
     * @param ports tells which node a request goes to
     * @param puts the ledger of the orders
     * @param appends the ledger of the journal's entries
     * @param gaps of writes
     * @param pace holds back all callers together
     */
    record Shared(
            LoadBalancer calls,
            HttpClient client,
            NodePorts ports,
            RouteTally tally,
            DeathWatch deaths,
            Numbered puts,
            Numbered appends,
            GapWatch gaps,
            AtomicLong writes,
            Pacer pace) {}

    /** A ledger, and the next number to be entered. Safe from any thread. */
    record Numbered(SentLedger ledger, AtomicLong next) {
        static Numbered by(SentLedger ledger) {
            return new Numbered(ledger, new AtomicLong());
        }

        /** A number that the ledger has, on its disk, as one that may have been sent. */
        long begin() throws IOException {
            long number = next.getAndIncrement();
            ledger.beforeLeaving(number);
            return number;
        }

        void end(long number, Outcome outcome) {
            switch (outcome) {
                case ACKNOWLEDGED -> ledger.acknowledged(number);
                case REFUSED -> ledger.refused(number);
                case UNKNOWN, WRONG -> ledger.unknown(number);
            }
        }

        void close() throws IOException {
            ledger.end(next.get());
        }
    }

    private final Shared shared;
    private final int reads;
    private final BooleanSupplier over;
    private final ReadSession session = ReadSession.begin();
    private final BalancedHttp http;
    /** Where the requests of the call under way went, and when. */
    private final List<String> tries = new ArrayList<>();

    private long began;

    /**
     * One.
     *
     * @param reads how often it reads an order that it has put
     * @param over true when it is to begin nothing more
     */
    RouteCaller(Shared shared, int reads, BooleanSupplier over) {
        this.shared = shared;
        this.reads = reads;
        this.over = over;
        this.http = BalancedHttp.over(new WatchedHttp(shared.client(), this::sent));
    }

    /** On the caller's thread, since that is the one that waits. */
    private void sent(URI uri) {
        String node = shared.ports().at(uri.getPort());
        long now = System.nanoTime();
        shared.deaths().sent(node, now);
        tries.add(node + " at " + (now - began) / 1_000_000 + " ms");
    }

    @Override
    public void run() {
        try {
            while (!over.getAsBoolean()) {
                long order = write(RouteCall.PUT, shared.puts());
                for (int i = 0; i < reads && order >= 0; i++) {
                    read(order);
                }
                write(RouteCall.APPEND, shared.appends());
            }
        } catch (IOException e) {
            throw new IllegalStateException("a ledger cannot be written", e);
        }
    }

    /** Returns its number; negative if it was not acknowledged. */
    private long write(RouteCall call, Numbered ledger) throws IOException {
        shared.pace().await();
        long number = ledger.begin();
        long write = shared.writes().getAndIncrement();
        shared.gaps().sent(write, System.nanoTime());
        boolean put = call == RouteCall.PUT;
        HttpRequest request = HttpRequest.newBuilder(uri(put ? RouteServer.ORDERS : RouteServer.JOURNAL, number))
                .method(put ? "PUT" : "POST", BodyPublishers.ofString(call.text(number)))
                .build();
        Outcome outcome = send(call, shared.calls().toMaster(), request, "");
        ledger.end(number, outcome);
        if (outcome == Outcome.ACKNOWLEDGED) {
            shared.gaps().acknowledged(write, System.nanoTime());
            return number;
        }
        shared.gaps().givenUp();
        return -1;
    }

    private void read(long order) {
        shared.pace().await();
        HttpRequest request =
                HttpRequest.newBuilder(uri(RouteServer.ORDERS, order)).build();
        send(RouteCall.READ, shared.calls().toSlaves(), request, RouteCall.PUT.text(order));
    }

    /** Scheme, host and port are for the balancer to say. */
    private static URI uri(String path, long number) {
        return URI.create("http://demo" + path + number);
    }

    private Outcome send(RouteCall call, LoadBalancer to, HttpRequest request, String expected) {
        shared.tally().began(call);
        began = System.nanoTime();
        tries.clear();
        Outcome outcome;
        String node = "";
        String said;
        try {
            HttpResponse<String> answer = http.send(to.session(session), request, BodyHandlers.ofString());
            node = answer.headers().firstValue(RouteServer.SERVED_BY).orElse("");
            said = answer.statusCode() + " " + answer.body();
            outcome = meaning(answer, expected);
        } catch (OutcomeUnknownException e) {
            said = e.toString();
            outcome = Outcome.UNKNOWN;
        } catch (NotAvailableException | OverloadedException e) {
            said = e.toString();
            outcome = Outcome.REFUSED;
        }
        long took = System.nanoTime() - began;
        shared.tally().ended(call, outcome, node, took);
        if (outcome != Outcome.ACKNOWLEDGED || took > SLOW_NANOS) {
            System.err.println(request.method() + " " + request.uri().getPath() + " ended as " + outcome + " after "
                    + took / 1_000_000 + " ms, asked of " + String.join(", ", tries) + ": " + said);
        }
        return outcome;
    }

    /** As {@link RouteServer} says it. */
    private static Outcome meaning(HttpResponse<String> answer, String expected) {
        return switch (answer.statusCode()) {
            case OK -> answer.body().equals(expected) ? Outcome.ACKNOWLEDGED : Outcome.WRONG;
            case 421, 429, 503 -> Outcome.REFUSED;
            case 502, 504 -> Outcome.UNKNOWN;
            default -> Outcome.WRONG;
        };
    }
}
