package io.creditmigration.jdbc;

import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceConfiguration;
import jakarta.persistence.PersistenceUnitTransactionType;
import jakarta.persistence.spi.PersistenceProvider;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.hibernate.jpa.HibernatePersistenceProvider;

/** The JPA providers that hosts have. */
enum JpaProvider {
    HIBERNATE,
    ECLIPSELINK;

    static {
        System.setProperty("org.jboss.logging.provider", "slf4j");
    }

    private static final AtomicInteger NUMBER = new AtomicInteger();

    EntityManagerFactory open(DataSource dataSource, Class<?>... entities) {
        return open(dataSource, configuration -> {}, entities);
    }

    /** A persistence unit of its own: EclipseLink would share one of the same name. */
    EntityManagerFactory open(DataSource dataSource, Consumer<PersistenceConfiguration> more, Class<?>... entities) {
        PersistenceConfiguration configuration = new PersistenceConfiguration("unit-" + NUMBER.incrementAndGet())
                .transactionType(PersistenceUnitTransactionType.RESOURCE_LOCAL)
                .property(PersistenceConfiguration.JDBC_DATASOURCE, dataSource)
                .property("jakarta.persistence.nonJtaDataSource", dataSource)
                .property("eclipselink.logging.level", "SEVERE");
        for (Class<?> entity : entities) {
            configuration.managedClass(entity);
        }
        more.accept(configuration);
        return provider().createEntityManagerFactory(configuration);
    }

    private PersistenceProvider provider() {
        return switch (this) {
            case HIBERNATE -> new HibernatePersistenceProvider();
            case ECLIPSELINK -> new org.eclipse.persistence.jpa.PersistenceProvider();
        };
    }
}
