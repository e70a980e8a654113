package io.holdfast.integrations.loadbalance.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerStateTest {
    @Test
    void aQuestionThatFailsLeavesTheConnectionAsItWas() {
        SQLException failure = new SQLException("too slow", "57014");
        List<Object> timeouts = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        Connection connection = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getNetworkTimeout" -> 7;
                    case "getAutoCommit" -> false;
                    case "setNetworkTimeout" -> {
                        timeouts.add(arguments[1]);
                        yield null;
                    }
                    case "rollback" -> {
                        ends.add("rollback");
                        yield null;
                    }
                    default -> throw failure;
                });
        assertSame(failure, assertThrows(SQLException.class, () -> ServerState.ask(connection, Duration.ofMillis(90))));
        assertEquals(List.of(90, 7), timeouts);
        assertEquals(List.of("rollback"), ends);
    }
}
