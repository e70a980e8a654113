package io.holdfast.membership;

/** How far apart the members are, and so how soon silence is held against one. */
public enum Profile {
    /** One data centre, round trips below some 20 ms. A stopped process is held dead after some two to three seconds. */
    LAN,
    /** Between data centres, round trips up to some 500 ms; some twenty seconds. */
    WAN,
    /** One machine, for tests: some one and a half seconds. A busy machine may stall a living process for longer. */
    LOCAL
}
