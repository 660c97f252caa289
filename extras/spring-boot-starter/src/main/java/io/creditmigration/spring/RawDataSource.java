package io.creditmigration.spring;

import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.util.ClassUtils;

/**
 * The data source behind Spring's proxies. A store with transactions of its own needs that one: a transaction-aware proxy would hand it
 * the connection of the host's transaction.
 */
final class RawDataSource {

    private static final boolean HAS_PROXIES = ClassUtils.isPresent(
            "org.springframework.jdbc.datasource.DelegatingDataSource", RawDataSource.class.getClassLoader());

    private RawDataSource() {}

    static DataSource behind(DataSource dataSource) {
        return HAS_PROXIES ? Proxies.behind(dataSource) : dataSource;
    }

    /** Loaded only where spring-jdbc is. */
    private static final class Proxies {

        static DataSource behind(DataSource dataSource) {
            DataSource raw = dataSource;
            while (raw instanceof DelegatingDataSource proxy && proxy.getTargetDataSource() != null) {
                raw = proxy.getTargetDataSource();
            }
            return raw;
        }
    }
}
