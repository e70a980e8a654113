package io.holdfast.membership.swim;

import java.time.Duration;

/**
 * Settings of the protocol. All times are nanoseconds; see {@link Builder} for what each means.
 */
public record SwimConfig(
        long probeInterval,
        long probeTimeout,
        long indirectTimeout,
        int indirectProbes,
        long suspicionMin,
        int suspicionMaxFactor,
        int confirmations,
        long evidenceTimeout,
        int watchers,
        long gossipInterval,
        int fanout,
        int retransmitFactor,
        long digestInterval,
        long reconnectInterval,
        long deadRetention,
        long leftRetention,
        long ephemeralRetention,
        long leaveTimeout,
        int maxMembers,
        int datagramBytes,
        boolean lifeguard) {

    /** How many nodes, at most, try dead addresses within one reconnect interval, however large the cluster is. */
    static final int RECONNECTING_NODES = 8;

    /** One data centre, round trips below some 20 ms. */
    public static Builder lan() {
        return new Builder();
    }

    /** Between data centres, round trips up to some 500 ms. */
    public static Builder wan() {
        return new Builder()
                .probeInterval(Duration.ofSeconds(3))
                .probeTimeout(Duration.ofMillis(1500))
                .indirectTimeout(Duration.ofSeconds(2))
                .suspicionMin(Duration.ofSeconds(8))
                .evidenceTimeout(Duration.ofSeconds(2))
                .gossipInterval(Duration.ofMillis(500))
                .digestInterval(Duration.ofMinutes(1))
                .reconnectInterval(Duration.ofSeconds(20))
                .leaveTimeout(Duration.ofSeconds(10));
    }

    /** One machine, for tests; a busy machine may well stall a process for longer than this forgives. */
    public static Builder local() {
        return new Builder()
                .probeInterval(Duration.ofMillis(150))
                .probeTimeout(Duration.ofMillis(100))
                .indirectTimeout(Duration.ofMillis(150))
                .suspicionMin(Duration.ofMillis(600))
                .evidenceTimeout(Duration.ofMillis(120))
                .gossipInterval(Duration.ofMillis(30))
                .digestInterval(Duration.ofSeconds(2))
                .reconnectInterval(Duration.ofSeconds(1))
                .leaveTimeout(Duration.ofSeconds(1));
    }

    /** A chance for the suspect to hear of it grows with the cluster: from 100 members on, with each tenfold by as much again. */
    long suspicionMinFor(int members) {
        return (long) (suspicionMin * Math.max(1.0, Math.log10(Math.max(1, members)) - 1));
    }

    /** How often an update is sent by each node: enough that all hear of it with high probability (SWIM, 4.1). */
    int transmissions(int members) {
        return retransmitFactor * (32 - Integer.numberOfLeadingZeros(members));
    }

    /** Lateness of the own loop from which on its other deadlines are put off by as much. */
    long lateness() {
        return Math.max(probeTimeout / 4, 1_000_000);
    }

    /** Starts from the LAN profile. */
    public static final class Builder {
        private long probeInterval = Duration.ofMillis(300).toNanos();
        private long probeTimeout = Duration.ofMillis(200).toNanos();
        private long indirectTimeout = Duration.ofMillis(300).toNanos();
        private int indirectProbes = 3;
        private long suspicionMin = Duration.ofSeconds(1).toNanos();
        private int suspicionMaxFactor = 6;
        private int confirmations = 3;
        private long evidenceTimeout = Duration.ofMillis(250).toNanos();
        private int watchers = 3;
        private long gossipInterval = Duration.ofMillis(50).toNanos();
        private int fanout = 4;
        private int retransmitFactor = 3;
        private long digestInterval = Duration.ofSeconds(10).toNanos();
        private long reconnectInterval = Duration.ofSeconds(5).toNanos();
        private long deadRetention = Duration.ofHours(24).toNanos();
        private long leftRetention = Duration.ofMinutes(10).toNanos();
        private long ephemeralRetention = Duration.ofMinutes(1).toNanos();
        private long leaveTimeout = Duration.ofSeconds(3).toNanos();
        private int maxMembers = 10_000;
        private int datagramBytes = 1_350;
        private boolean lifeguard = true;

        private Builder() {}

        /** Between the starts of two probes of one node: 10 ms to 1 min; LAN 300 ms. */
        public Builder probeInterval(Duration interval) {
            probeInterval = checked("probeInterval", interval, 10, 60_000);
            return this;
        }

        /** How long the direct answer may take, the 99th percentile of round trips with room: 5 ms to 1 min; LAN 200 ms. */
        public Builder probeTimeout(Duration timeout) {
            probeTimeout = checked("probeTimeout", timeout, 5, 60_000);
            return this;
        }

        /** How long the indirect answers may take after that: 5 ms to 1 min; LAN 300 ms. */
        public Builder indirectTimeout(Duration timeout) {
            indirectTimeout = checked("indirectTimeout", timeout, 5, 60_000);
            return this;
        }

        /** How many others are asked to probe when there was no direct answer: 0 to 8; 3. */
        public Builder indirectProbes(int count) {
            indirectProbes = checked("indirectProbes", count, 0, 8);
            return this;
        }

        /** How long a suspect has at least, when others confirmed the suspicion: 10 ms to 10 min; LAN 1 s. */
        public Builder suspicionMin(Duration time) {
            suspicionMin = checked("suspicionMin", time, 10, 600_000);
            return this;
        }

        /** How many times as long it has when nobody did: 1 to 20; 6. */
        public Builder suspicionMaxFactor(int factor) {
            suspicionMaxFactor = checked("suspicionMaxFactor", factor, 1, 20);
            return this;
        }

        /** How many must confirm, and are asked to, until the least time holds: 0 to 7; 3. */
        public Builder confirmations(int count) {
            confirmations = checked("confirmations", count, 0, SwimMessage.Suspect.MAX_BY - 1);
            return this;
        }

        /** How long a suspect has whose address refuses connections: 5 ms to 1 min; LAN 250 ms. */
        public Builder evidenceTimeout(Duration time) {
            evidenceTimeout = checked("evidenceTimeout", time, 5, 60_000);
            return this;
        }

        /** How many keep a connection to each member: 0 to 8; 3. */
        public Builder watchers(int count) {
            watchers = checked("watchers", count, 0, 8);
            return this;
        }

        /** Between two rounds of gossip while there is something to tell: 1 ms to 1 min; LAN 50 ms. */
        public Builder gossipInterval(Duration interval) {
            gossipInterval = checked("gossipInterval", interval, 1, 60_000);
            return this;
        }

        /** How many are told in a round: 1 to 16; 4. */
        public Builder fanout(int members) {
            fanout = checked("fanout", members, 1, 16);
            return this;
        }

        /** How often a node tells each update, as a multiple of the logarithm of the size: 1 to 10; 3. */
        public Builder retransmitFactor(int factor) {
            retransmitFactor = checked("retransmitFactor", factor, 1, 10);
            return this;
        }

        /** Between two comparisons of the table with a random member's: 100 ms to 1 h; LAN 10 s. */
        public Builder digestInterval(Duration interval) {
            digestInterval = checked("digestInterval", interval, 100, 3_600_000);
            return this;
        }

        /** Between two tries to reach somebody dead, for up to 8 members; larger clusters share them: 100 ms to 1 h; LAN 5 s. */
        public Builder reconnectInterval(Duration interval) {
            reconnectInterval = checked("reconnectInterval", interval, 100, 3_600_000);
            return this;
        }

        /** How long the dead are remembered, and tried again: 1 s to 30 d; 24 h. */
        public Builder deadRetention(Duration time) {
            deadRetention =
                    checked("deadRetention", time, 1_000, Duration.ofDays(30).toMillis());
            return this;
        }

        /** How long those that left are remembered: 1 s to 30 d; 10 min. */
        public Builder leftRetention(Duration time) {
            leftRetention =
                    checked("leftRetention", time, 1_000, Duration.ofDays(30).toMillis());
            return this;
        }

        /** How long ephemeral members are remembered once dead: 1 s to 30 d; 1 min. */
        public Builder ephemeralRetention(Duration time) {
            ephemeralRetention = checked(
                    "ephemeralRetention", time, 1_000, Duration.ofDays(30).toMillis());
            return this;
        }

        /** How long leaving may take: 1 ms to 1 min; LAN 3 s. */
        public Builder leaveTimeout(Duration time) {
            leaveTimeout = checked("leaveTimeout", time, 1, 60_000);
            return this;
        }

        /** Living and remembered ones together; more are not let in: 2 to 100,000; 10,000. */
        public Builder maxMembers(int members) {
            maxMembers = checked("maxMembers", members, 2, 100_000);
            return this;
        }

        /** What the messages of one datagram may take, with all that surrounds it within the MTU: 900 to 60,000; 1,350. */
        public Builder datagramBytes(int bytes) {
            datagramBytes = checked("datagramBytes", bytes, 900, 60_000);
            return this;
        }

        /** Switches off all that forgives slowness, of oneself and of others: only to measure what it is worth. */
        public Builder withoutLifeguard() {
            lifeguard = false;
            return this;
        }

        /**
         * The settings.
         *
         * @throws IllegalArgumentException with what to write instead, if they do not go together
         */
        public SwimConfig build() {
            if (evidenceTimeout > suspicionMin) {
                throw new IllegalArgumentException("evidenceTimeout " + Duration.ofNanos(evidenceTimeout)
                        + " is longer than suspicionMin; write at most " + Duration.ofNanos(suspicionMin));
            }
            if (suspicionMin < probeTimeout) {
                throw new IllegalArgumentException("suspicionMin " + Duration.ofNanos(suspicionMin)
                        + " leaves no time to refute; write at least probeTimeout, "
                        + Duration.ofNanos(probeTimeout));
            }
            if (gossipInterval * 2 > suspicionMin) {
                throw new IllegalArgumentException("gossipInterval " + Duration.ofNanos(gossipInterval)
                        + " is too long for a refutation to spread in; write at most half of suspicionMin, "
                        + Duration.ofNanos(suspicionMin / 2));
            }
            return new SwimConfig(
                    probeInterval,
                    probeTimeout,
                    indirectTimeout,
                    indirectProbes,
                    suspicionMin,
                    suspicionMaxFactor,
                    confirmations,
                    evidenceTimeout,
                    watchers,
                    gossipInterval,
                    fanout,
                    retransmitFactor,
                    digestInterval,
                    reconnectInterval,
                    deadRetention,
                    leftRetention,
                    ephemeralRetention,
                    leaveTimeout,
                    maxMembers,
                    datagramBytes,
                    lifeguard);
        }

        private static long checked(String name, Duration value, long minMillis, long maxMillis) {
            if (value.toMillis() < minMillis || value.toMillis() > maxMillis) {
                throw new IllegalArgumentException(name + " " + value + " is out of range; write "
                        + Duration.ofMillis(minMillis) + " to " + Duration.ofMillis(maxMillis));
            }
            return value.toNanos();
        }

        private static int checked(String name, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        name + " " + value + " is out of range; write " + min + " to " + max);
            }
            return value;
        }
    }
}
