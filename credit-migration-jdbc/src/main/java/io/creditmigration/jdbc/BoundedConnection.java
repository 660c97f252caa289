package io.creditmigration.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection whose every statement ends within a time, by the driver's own means: PostgreSQL's cancels it, MariaDB's sends
 * the time along. Neither needs a round trip more, and nothing of it stays on the connection.
 */
record BoundedConnection(Connection connection, int seconds) implements InvocationHandler {

    /** The connection with statements that end; on H2 as it is, whose time would stay, and whose readers wait for its own lock timeout at most. */
    static Connection of(Connection connection, int seconds) throws SQLException {
        if (Dialect.of(connection) == Dialect.H2) {
            return connection;
        }
        return (Connection) Proxy.newProxyInstance(
                BoundedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                new BoundedConnection(connection, seconds));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        Object answer;
        try {
            answer = method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
        if (answer instanceof Statement statement) {
            statement.setQueryTimeout(seconds);
        }
        return answer;
    }
}
