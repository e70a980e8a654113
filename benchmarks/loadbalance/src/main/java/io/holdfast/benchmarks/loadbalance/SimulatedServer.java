package io.holdfast.benchmarks.loadbalance;

import java.util.ArrayDeque;

/**
 * A server of two workers and a queue. It goes on with requests that nobody waits for any more, as servers do; with a full queue it
 * says at once that it has too much to do.
 */
final class SimulatedServer {
    static final int WORKERS = 2;
    static final double MEAN_MILLIS = 10;
    private static final int LONGEST_QUEUE = 200;

    private final VirtualTime time;
    private final double speed;
    private final ArrayDeque<Request> queue = new ArrayDeque<>();
    private int busy;
    private double slower = 1;
    private Mode mode = Mode.RUNNING;

    /** How it is. */
    enum Mode {
        RUNNING,
        /** Nobody listens: connections are refused. */
        DEAD,
        /** It is there and answers nothing. */
        STOPPED
    }

    /** How a request is answered. */
    enum Answer {
        GOOD,
        TOO_MUCH,
        REFUSED
    }

    /** Who waits for an answer. */
    @FunctionalInterface
    interface Request {
        void answered(Answer how);
    }

    SimulatedServer(VirtualTime time, double speed) {
        this.time = time;
        this.speed = speed;
    }

    void becomes(Mode now) {
        mode = now;
        queue.clear();
    }

    void slower(double factor) {
        slower = factor;
    }

    void take(Request request) {
        if (mode == Mode.DEAD) {
            request.answered(Answer.REFUSED);
        } else if (mode == Mode.RUNNING && busy < WORKERS) {
            work(request);
        } else if (mode == Mode.RUNNING && queue.size() >= LONGEST_QUEUE) {
            request.answered(Answer.TOO_MUCH);
        } else {
            queue.add(request);
        }
    }

    private void work(Request request) {
        busy++;
        double millis = MEAN_MILLIS * slower / speed;
        double took = millis * (0.5 - 0.5 * Math.log(1 - time.random().nextDouble()));
        time.after((long) (took * 1e6), () -> {
            busy--;
            if (mode == Mode.RUNNING) {
                request.answered(Answer.GOOD);
                Request next = queue.poll();
                if (next != null) {
                    work(next);
                }
            }
        });
    }
}
