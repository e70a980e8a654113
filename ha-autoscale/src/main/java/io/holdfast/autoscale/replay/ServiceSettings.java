package io.holdfast.autoscale.replay;

import java.time.Duration;

/**
 * The service that a replay assumes.
 *
 * @param workers how many requests a node works on at once, such as its processors; at least 1
 * @param service how long one takes if it need not wait
 * @param objective what 95 of 100 requests are to be answered within; more than twice {@code service}
 * @param startUp how long a new node takes until it serves
 * @param warmUp how long after that it does half its work only, while its code is compiled and its caches fill
 * @param patience how long a request waits in a queue before it is refused
 */
public record ServiceSettings(
        int workers, Duration service, Duration objective, Duration startUp, Duration warmUp, Duration patience) {

    /** Checks the ranges. */
    public ServiceSettings {
        if (workers < 1 || service.isNegative() || service.isZero() || startUp.isNegative() || warmUp.isNegative()) {
            throw new IllegalArgumentException("a service has workers, and times that are not negative");
        }
        if (objective.compareTo(service.multipliedBy(2)) <= 0 || patience.compareTo(objective) < 0) {
            throw new IllegalArgumentException(
                    "the objective is more than twice the time of service, and patience not less, not " + objective
                            + " of " + service + " and " + patience);
        }
    }

    /** Eight workers, requests of 100 ms to be answered within 500 ms, a minute to start and 20 s to warm up. */
    public static ServiceSettings usual() {
        return new ServiceSettings(
                8,
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20),
                Duration.ofSeconds(5));
    }

    /** The same with nodes that take so long to start. */
    public ServiceSettings startUp(Duration takes) {
        return new ServiceSettings(workers, service, objective, takes, warmUp, patience);
    }

    /** The same with that objective. */
    public ServiceSettings objective(Duration within) {
        return new ServiceSettings(workers, service, within, startUp, warmUp, patience);
    }

    /** The same with nodes that work on so many requests at once. */
    public ServiceSettings workers(int each) {
        return new ServiceSettings(each, service, objective, startUp, warmUp, patience);
    }

    /** How many requests a second a node answers when all its workers are busy. */
    public double perNode() {
        return workers / seconds(service);
    }

    static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
