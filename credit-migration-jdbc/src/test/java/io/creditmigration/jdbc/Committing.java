package io.creditmigration.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import javax.sql.DataSource;

/** Connections that say when they are about to commit. */
final class Committing {

    private Committing() {}

    static DataSource of(DataSource dataSource, Runnable beforeCommit) {
        return proxy(DataSource.class, dataSource, beforeCommit);
    }

    private static <T> T proxy(Class<T> type, Object target, Runnable beforeCommit) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, values) -> {
                    if (method.getName().equals("commit")) {
                        beforeCommit.run();
                    }
                    try {
                        Object answer = method.invoke(target, values);
                        return answer instanceof Connection ? proxy(Connection.class, answer, beforeCommit) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
