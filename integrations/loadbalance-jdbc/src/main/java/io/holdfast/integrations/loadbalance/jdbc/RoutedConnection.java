package io.holdfast.integrations.loadbalance.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection that goes somewhere only when it is used, by what it is to be used for at that moment: so {@code setReadOnly} decides,
 * also between transactions of one connection. What is set before that is set where it goes. Of one thread at a time, as JDBC's are,
 * save for {@code abort} and {@code isClosed}.
 */
final class RoutedConnection implements InvocationHandler {
    private static final Set<String> SETTINGS = Set.of(
            "setTransactionIsolation",
            "setSchema",
            "setCatalog",
            "setHoldability",
            "setNetworkTimeout",
            "setTypeMap",
            "setClientInfo");
    private static final Set<String> STATEMENTS = Set.of("createStatement", "prepareStatement", "prepareCall");

    private final Lending lending;
    private final @Nullable SessionPosition session;
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private boolean readOnly;
    private boolean autoCommit = true;
    /** Whether anything was done since the last commit or rollback. */
    private boolean active;
    /** Whether something was written here whose position the session does not know. */
    private final AtomicBoolean owing = new AtomicBoolean();

    private volatile @Nullable Lease lease;
    private volatile boolean closed;

    private record Setting(Method method, Object[] arguments) {}

    private RoutedConnection(Lending lending, boolean readOnly, @Nullable SessionPosition session) {
        this.lending = lending;
        this.readOnly = readOnly;
        this.session = session;
    }

    static Connection open(Lending lending, boolean readOnly, @Nullable SessionPosition session) {
        return (Connection) Proxy.newProxyInstance(
                RoutedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new RoutedConnection(lending, readOnly, session));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] given) throws Throwable {
        Object[] arguments = given == null ? new Object[0] : given;
        return switch (method.getName()) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "toString" -> toString();
            case "isClosed" -> closed;
            case "isValid" -> !closed && (lease == null || Boolean.TRUE.equals(raw(method, arguments)));
            case "close" -> {
                close();
                yield null;
            }
            case "abort" -> {
                abort();
                yield null;
            }
            default -> {
                if (closed) {
                    throw new SQLNonTransientConnectionException("this connection is closed", "08003");
                }
                yield used((Connection) proxy, method, arguments);
            }
        };
    }

    private @Nullable Object used(Connection proxy, Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        if (STATEMENTS.contains(name)) {
            return statement(proxy, method, arguments);
        }
        if (name.equals("getMetaData")) {
            return part(proxy, method, arguments);
        }
        if (SETTINGS.contains(name)) {
            return set(method, arguments);
        }
        boolean wraps =
                (name.equals("unwrap") || name.equals("isWrapperFor")) && ((Class<?>) arguments[0]).isInstance(proxy);
        if (wraps) {
            return name.equals("unwrap") ? proxy : true;
        }
        return transact(method, arguments);
    }

    /** What has to do with transactions, and all the rest. */
    private @Nullable Object transact(Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "isReadOnly" -> readOnly;
            case "getAutoCommit" -> autoCommit;
            case "getWarnings", "clearWarnings" -> lease == null ? null : raw(method, arguments);
            case "setReadOnly" -> {
                setReadOnly((boolean) arguments[0]);
                yield null;
            }
            case "setAutoCommit" -> {
                setAutoCommit((boolean) arguments[0], method, arguments);
                yield null;
            }
            case "commit" -> {
                commit(method, arguments);
                yield null;
            }
            case "rollback" -> {
                Object done = lease == null ? null : raw(method, arguments);
                active &= arguments.length > 0; // to a savepoint only
                yield done;
            }
            default -> raw(method, arguments);
        };
    }

    private Object statement(Connection proxy, Method method, Object[] arguments) throws Throwable {
        Lease to = bound();
        to.check();
        return part(proxy, method, arguments);
    }

    /** What leads back to the connection: it is to be this one. */
    private Object part(Connection proxy, Method method, Object[] arguments) throws Throwable {
        Lease to = bound();
        return Objects.requireNonNull(RoutedPart.of(this, proxy, to, raw(method, arguments)));
    }

    private @Nullable Object set(Method method, Object[] arguments) throws Throwable {
        String which = method.getName() + (arguments.length == 2 && arguments[0] instanceof String ? arguments[0] : "");
        if (lease != null) {
            raw(method, arguments);
        }
        settings.put(which, new Setting(method, arguments.clone()));
        return null;
    }

    private void setReadOnly(boolean is) throws SQLException {
        if (is == readOnly) {
            return;
        }
        if (active && !autoCommit) {
            throw new SQLException(
                    "a transaction is on its way; commit it or roll it back before setReadOnly",
                    SqlFailures.ACTIVE_TRANSACTION);
        }
        release();
        readOnly = is;
    }

    private void setAutoCommit(boolean is, Method method, Object[] arguments) throws Throwable {
        Lease to = lease;
        if (to != null && is != autoCommit) {
            tellSession(to); // while a question is no transaction
            if (is && active) {
                commit(method, arguments);
            } else {
                raw(method, arguments);
            }
        }
        autoCommit = is;
    }

    private void commit(Method method, Object[] arguments) throws Throwable {
        Lease to = lease;
        if (to == null) {
            return;
        }
        to.check();
        if (active && to.writes()) {
            owe();
        }
        boolean isDone = false;
        try {
            raw(method, arguments);
            isDone = true;
        } finally {
            if (!isDone) {
                loseDebt(); // it may have been committed all the same
            }
        }
        tellSession(to);
        active = false;
    }

    private void owe() {
        if (session != null && owing.compareAndSet(false, true)) {
            session.writes();
            if (closed) { // aborted meanwhile
                loseDebt();
            }
        }
    }

    private void loseDebt() {
        if (session != null && owing.compareAndSet(true, false)) {
            session.lost();
        }
    }

    /** Of what was written by auto-commit it is told when the connection goes on to something else. */
    private void tellSession(Lease to) {
        if (session != null && owing.compareAndSet(true, false)) {
            session.written(to.raw());
        }
    }

    /** A statement of that lease is about to be executed, or a row of one to be changed. */
    void executes(Lease by) throws SQLException {
        if (closed || by != lease) {
            throw new SQLException(
                    "this statement is closed, since its connection went elsewhere or was closed", "26000");
        }
        by.check();
        active |= !autoCommit;
        if (autoCommit && by.writes()) {
            owe();
        }
    }

    private @Nullable Object raw(Method method, Object[] arguments) throws Throwable {
        Lease to = bound();
        try {
            return method.invoke(to.raw(), arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                to.failed(failure);
            }
            throw Objects.requireNonNull(e.getCause());
        }
    }

    private Lease bound() throws SQLException {
        Lease known = lease;
        if (known != null) {
            return known;
        }
        Lease taken = lending.lend(readOnly, session);
        try {
            if (taken.raw().isReadOnly() != readOnly) {
                taken.raw().setReadOnly(readOnly);
            }
            if (taken.raw().getAutoCommit() != autoCommit) {
                taken.raw().setAutoCommit(autoCommit);
            }
            for (Setting each : settings.values()) {
                each.method().invoke(taken.raw(), each.arguments());
            }
        } catch (SQLException e) {
            taken.failed(e);
            taken.end();
            throw e;
        } catch (ReflectiveOperationException e) {
            taken.end();
            throw e.getCause() instanceof SQLException sql ? sql : new SQLException(e);
        }
        lease = taken;
        if (closed) { // aborted meanwhile
            taken.abort();
            throw new SQLNonTransientConnectionException("this connection was aborted", "08003");
        }
        return taken;
    }

    private void release() {
        Lease taken = lease;
        if (taken != null) {
            tellSession(taken);
            lease = null;
            taken.end();
        }
        active = false;
    }

    private void close() {
        if (!closed) {
            closed = true;
            release();
        }
    }

    private void abort() {
        closed = true;
        Lease taken = lease;
        if (taken != null) {
            taken.abort();
        }
        loseDebt();
    }

    @Override
    public String toString() {
        Lease to = lease;
        return (readOnly ? "a connection to read" : "a connection to write")
                + (closed
                        ? ", closed"
                        : to == null
                                ? ", not used yet"
                                : ", to " + to.endpoint().id());
    }
}
