package io.holdfast.examples.demo;

/** What callers do in the fourth and the sixth act. */
enum RouteCall {
    /** {@code GET /orders/N}, at a slave that has the session's writes. */
    READ("reads", true),
    /** {@code PUT /orders/N}, at the master: the same when done twice. */
    PUT("puts", true),
    /** {@code POST /journal/N}, at the master: another thing when done twice. */
    APPEND("appends", false);

    private final String plural;
    private final boolean idempotent;

    RouteCall(String plural, boolean idempotent) {
        this.plural = plural;
        this.idempotent = idempotent;
    }

    /** For people: what several of them are. */
    String plural() {
        return plural;
    }

    boolean isIdempotent() {
        return idempotent;
    }

    boolean isWrite() {
        return this != READ;
    }

    /** What is written, and has to be read, under a number. */
    String text(long number) {
        return (this == APPEND ? "entry " : "order ") + number;
    }
}
