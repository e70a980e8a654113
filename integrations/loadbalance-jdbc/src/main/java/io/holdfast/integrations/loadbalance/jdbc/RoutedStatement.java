package io.holdfast.integrations.loadbalance.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A statement that is executed only while its connection is what it is to be: one to the master, if it may write. */
final class RoutedStatement implements InvocationHandler {
    private final RoutedConnection connection;
    private final Connection shown;
    private final Lease lease;
    private final Statement raw;

    RoutedStatement(RoutedConnection connection, Connection shown, Lease lease, Statement raw) {
        this.connection = connection;
        this.shown = shown;
        this.lease = lease;
        this.raw = raw;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        return switch (method.getName()) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            case "getConnection" -> shown;
            default -> raw(method, arguments);
        };
    }

    private @Nullable Object raw(Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getName().startsWith("execute")) {
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
