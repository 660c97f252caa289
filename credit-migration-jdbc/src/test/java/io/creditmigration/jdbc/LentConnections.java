package io.creditmigration.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** Data sources whose connections ignore some calls, as proxies that hosts use do. */
final class LentConnections {

    private LentConnections() {}

    /** Hands out connections that stay in autocommit mode, whatever they are told. */
    static DataSource stubborn(DataSource dataSource) {
        return handingOut(dataSource, connection -> ignoring(connection, "setAutoCommit", "commit", "rollback"));
    }

    /**
     * Hands out this connection, on which the host's transaction is, and lets nobody close it: as Spring's
     * TransactionAwareDataSourceProxy does inside a transaction. Commit and rollback pass.
     */
    static DataSource transactionAware(DataSource dataSource, Connection ofTheTransaction) {
        Connection lent = ignoring(ofTheTransaction, "close");
        return proxy(
                DataSource.class,
                (method, arguments) ->
                        method.getName().equals("getConnection") ? lent : invoked(method, dataSource, arguments));
    }

    /** Hands out connections whose plain statements are told of before they are executed. */
    static DataSource beforeEach(DataSource dataSource, Consumer<String> statements) {
        return handingOut(
                dataSource,
                connection -> proxy(Connection.class, (method, arguments) -> {
                    Object answer = invoked(method, connection, arguments);
                    return method.getName().equals("createStatement")
                            ? proxy(Statement.class, (call, sql) -> {
                                if (call.getName().equals("execute")) {
                                    statements.accept(sql[0].toString());
                                }
                                return invoked(call, answer, sql);
                            })
                            : answer;
                }));
    }

    /** The same object, where calls of these methods do nothing. */
    static Connection ignoring(Connection connection, String... methods) {
        Set<String> ignored = Set.of(methods);
        return proxy(
                Connection.class,
                (method, arguments) ->
                        ignored.contains(method.getName()) ? null : invoked(method, connection, arguments));
    }

    private static DataSource handingOut(DataSource dataSource, UnaryOperator<Connection> changed) {
        return proxy(DataSource.class, (method, arguments) -> {
            Object answer = invoked(method, dataSource, arguments);
            return answer instanceof Connection connection ? changed.apply(connection) : answer;
        });
    }

    /** What is called instead. */
    interface Calls {
        Object call(Method method, Object[] arguments) throws Throwable;
    }

    static <T> T proxy(Class<T> type, Calls calls) {
        return type.cast(Proxy.newProxyInstance(
                LentConnections.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> calls.call(method, arguments)));
    }

    static Object invoked(Method method, Object target, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
