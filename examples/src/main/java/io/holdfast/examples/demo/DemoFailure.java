package io.holdfast.examples.demo;

/** The run cannot go on, or did not end as it should; the message is the reason that the verdict gives. */
final class DemoFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DemoFailure(String reason) {
        super(reason);
    }
}
