package io.holdfast.integrations.loadbalance.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a connection gives that leads back to it, or writes by itself: statements, their rows, and what is known of the database. It
 * writes only while its connection is what it is to be, one to the master; and whoever asks it for its connection gets the routed one,
 * never the pool's.
 */
final class RoutedPart implements InvocationHandler {
    private static final Set<String> WRITES_OF_ROWS = Set.of("updateRow", "insertRow", "deleteRow");
    /** The more special ones first. */
    private static final List<Class<?>> KINDS = List.of(
            CallableStatement.class, PreparedStatement.class, Statement.class, ResultSet.class, DatabaseMetaData.class);

    private final RoutedConnection connection;
    private final Connection shown;
    private final Lease lease;
    private final Object raw;
    /** The statement that callers know, whose rows these are; null if they know none. */
    private final @Nullable Object statement;

    private RoutedPart(
            RoutedConnection connection, Connection shown, Lease lease, Object raw, @Nullable Object statement) {
        this.connection = connection;
        this.shown = shown;
        this.lease = lease;
        this.raw = raw;
        this.statement = statement;
    }

    /** That part of a connection as callers get it; whatever is none is given back as it is. */
    static @Nullable Object of(RoutedConnection connection, Connection shown, Lease lease, @Nullable Object raw) {
        return of(connection, shown, lease, raw, null);
    }

    private static @Nullable Object of(
            RoutedConnection connection,
            Connection shown,
            Lease lease,
            @Nullable Object raw,
            @Nullable Object statement) {
        for (Class<?> kind : KINDS) {
            if (raw != null && kind.isInstance(raw)) {
                return Proxy.newProxyInstance(
                        RoutedPart.class.getClassLoader(),
                        new Class<?>[] {kind},
                        new RoutedPart(connection, shown, lease, raw, statement));
            }
        }
        return raw;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] given) throws Throwable {
        Object[] arguments = given == null ? new Object[0] : given;
        String name = method.getName();
        boolean wraps =
                (name.equals("unwrap") || name.equals("isWrapperFor")) && ((Class<?>) arguments[0]).isInstance(proxy);
        if (wraps) {
            return name.equals("unwrap") ? proxy : true;
        }
        return switch (name) {
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "getConnection" -> shown;
            case "getStatement" -> statement != null ? statement : part(proxy, method, given);
            default -> part(proxy, method, given);
        };
    }

    private @Nullable Object part(Object proxy, Method method, Object @Nullable [] given) throws Throwable {
        return of(connection, shown, lease, raw(method, given), raw instanceof Statement ? proxy : null);
    }

    private @Nullable Object raw(Method method, Object @Nullable [] arguments) throws Throwable {
        boolean mayWrite = raw instanceof Statement
                ? method.getName().startsWith("execute")
                : WRITES_OF_ROWS.contains(method.getName());
        if (mayWrite) {
            connection.executes(lease);
        }
        try {
            return method.invoke(raw, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                lease.failed(failure);
            }
            throw Objects.requireNonNull(e.getCause());
        }
    }
}
