package io.holdfast.examples.demo;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/** How much an HTTP server has to do. Before all other filters, so that what waits in them counts. Safe from any thread. */
final class Traffic extends Filter {
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        begun.increment();
        try {
            chain.doFilter(exchange);
        } finally {
            ended.increment();
        }
    }

    /** Requests that came and have been dealt with, in one way or another. */
    double ended() {
        return ended.sum();
    }

    /** Requests that came and have not been answered. */
    double inFlight() {
        long over = ended.sum(); // first: what ends meanwhile must not make it negative
        return begun.sum() - over;
    }

    @Override
    public String description() {
        return "counts requests";
    }
}
