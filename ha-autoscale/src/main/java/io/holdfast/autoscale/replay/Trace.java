package io.holdfast.autoscale.replay;

/** A load over time, second by second. Immutable. */
public final class Trace {
    private final String name;
    private final double[] rates;
    private final double[] told;

    /**
     * One of that name.
     *
     * @param rates requests a second in each second
     * @param told the share of nodes whose figures arrive in each, 0 to 1; as many
     */
    Trace(String name, double[] rates, double[] told) {
        if (rates.length == 0 || rates.length != told.length) {
            throw new IllegalArgumentException(
                    "a trace has some seconds, and not " + rates.length + " and " + told.length);
        }
        this.name = name;
        this.rates = rates.clone();
        this.told = told.clone();
    }

    /** For people. */
    public String name() {
        return name;
    }

    /** How long it is. */
    public int seconds() {
        return rates.length;
    }

    /** Requests a second in that second, from 0. */
    public double rate(int second) {
        return rates[second];
    }

    /** The share of nodes whose figures arrive in that second. */
    public double told(int second) {
        return told[second];
    }
}
