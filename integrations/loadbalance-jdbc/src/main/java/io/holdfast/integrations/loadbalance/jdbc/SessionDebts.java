package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.loadbalance.ReadSession;
import java.util.Map;
import java.util.WeakHashMap;

/** The debts of sessions, each for as long as somebody has its {@link ReadSession}. Safe from any thread. */
final class SessionDebts {
    private final Map<ReadSession, Debt> debts = new WeakHashMap<>();

    synchronized SessionPosition of(ReadSession session) {
        return new SessionPosition(session, debts.computeIfAbsent(session, unknown -> new Debt()));
    }
}
