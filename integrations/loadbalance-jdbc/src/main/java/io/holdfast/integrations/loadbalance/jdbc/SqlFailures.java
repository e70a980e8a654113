package io.holdfast.integrations.loadbalance.jdbc;

import io.holdfast.core.HoldfastException;
import io.holdfast.loadbalance.Failure;
import io.holdfast.loadbalance.NotServedException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** What SQL's exceptions say of a server, and how what a balancer throws reaches callers of JDBC. */
final class SqlFailures {
    /** "Unable to establish SQL connection". */
    static final String NOT_CONNECTED = "08001";
    /** What PostgreSQL itself says where a write comes to a standby: "read only sql transaction". */
    static final String READ_ONLY = "25006";

    static final String ACTIVE_TRANSACTION = "25001";
    private static final String TOO_MANY_CONNECTIONS = "53300";

    private SqlFailures() {}

    /** True if the connection is of no use any more. */
    static boolean isBroken(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }

    /** True if it says that the server takes no writes. */
    static boolean isReadOnly(SQLException e) {
        return READ_ONLY.equals(e.getSQLState());
    }

    /**
     * Why a connection was not to be had, as a balancer has to know it; the exception itself where that is the caller's own affair,
     * such as a wrong password. In any case nothing has had an effect.
     */
    static NotServedException notServed(String server, SQLException e) throws SQLException {
        String state = e.getSQLState();
        if (state != null && (state.startsWith("28") || state.startsWith("3D") || state.startsWith("42"))) {
            throw e;
        }
        NotServedException said = new NotServedException(meaning(e), server + ": " + e.getMessage());
        said.initCause(e);
        return said;
    }

    /**
     * Why an endpoint's pool was not made, by what its maker threw: often a pool that connects when it is made, and then what it was told
     * by the server is what counts.
     */
    static NotServedException notMade(String server, RuntimeException e) throws SQLException {
        if (e instanceof NotServedException said) {
            return said;
        }
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof SQLException sql) {
                return notServed(server, sql);
            }
        }
        Failure meaning = Failure.of(e) == Failure.NOT_SENT ? Failure.NOT_SENT : Failure.FAILED;
        NotServedException said = new NotServedException(meaning, "no pool was made for " + server + ": " + e);
        said.initCause(e);
        return said;
    }

    private static Failure meaning(SQLException e) {
        if (TOO_MANY_CONNECTIONS.equals(e.getSQLState())) {
            return Failure.OVERLOADED;
        }
        for (Throwable each = e; each != null; each = each.getCause()) {
            boolean unreachable = each instanceof ConnectException
                    || each instanceof NoRouteToHostException
                    || each instanceof UnknownHostException;
            if (unreachable || (each instanceof SQLException sql && NOT_CONNECTED.equals(sql.getSQLState()))) {
                return Failure.NOT_SENT;
            }
        }
        boolean poolIsEmpty = e instanceof SQLTransientConnectionException && e.getCause() == null;
        return poolIsEmpty ? Failure.OVERLOADED : Failure.FAILED;
    }

    /** What callers of JDBC get where the balancer gives up. */
    static SQLException ofCall(HoldfastException e) {
        return new SQLTransientConnectionException(e.getMessage(), NOT_CONNECTED, e);
    }

    /** What callers get whose connection is no longer one to the master. */
    static SQLException demoted(String why) {
        return new SQLTransientConnectionException(why, READ_ONLY);
    }
}
