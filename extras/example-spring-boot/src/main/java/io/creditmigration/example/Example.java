package io.creditmigration.example;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Two instances of the shop on an embedded PostgreSQL, until it is closed. */
final class Example implements AutoCloseable {

    private static final int INSTANCES = 2;

    private final EmbeddedPostgres database;
    private final List<ConfigurableApplicationContext> instances = new ArrayList<>();

    private Example(EmbeddedPostgres database) {
        this.database = database;
    }

    /** Starts on free ports, from the first one on where that is not 0. */
    static Example start(int firstPort) throws IOException {
        Example example = new Example(EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start());
        try {
            for (int number = 1; number <= INSTANCES; number++) {
                example.instances.add(example.instance(number, firstPort == 0 ? 0 : firstPort + number - 1));
            }
        } catch (RuntimeException | Error e) {
            example.close();
            throw e;
        }
        return example;
    }

    private ConfigurableApplicationContext instance(int number, int port) {
        SpringApplication shop = new SpringApplication(Shop.class);
        shop.setDefaultProperties(Map.of(
                "server.port",
                port,
                "spring.datasource.url",
                database.getJdbcUrl("postgres", "postgres"),
                "spring.datasource.username",
                "postgres",
                // A browser sends cookies to all ports of a host.
                "server.servlet.session.cookie.name",
                "SHOP" + number));
        return shop.run();
    }

    /** The addresses of the instances. */
    List<String> addresses() {
        return instances.stream()
                .map(instance ->
                        "http://localhost:" + instance.getEnvironment().getRequiredProperty("local.server.port"))
                .toList();
    }

    /** A bean of the first instance. */
    <T> T bean(Class<T> type) {
        return instances.get(0).getBean(type);
    }

    String jdbcUrl() {
        return database.getJdbcUrl("postgres", "postgres");
    }

    @Override
    public void close() {
        instances.forEach(ConfigurableApplicationContext::close);
        try {
            database.close();
        } catch (IOException e) {
            throw new IllegalStateException("The embedded database does not stop", e);
        }
    }

    /** Starts it, says how to use it, and runs until it is interrupted. */
    public static void main(String[] args) throws IOException {
        PrintStream out = System.out;
        out.println("Starting PostgreSQL and two instances of a shop ...");
        Example example = start(args.length == 0 ? 8080 : Integer.parseInt(args[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(example::close));
        out.println();
        example.addresses().forEach(address -> out.println("  " + address));
        out.println("""

                Sign in as ann (100 credits) or bob (12.5), who have to confirm, or as zero, who never sees the migration.
                The password is 'shop'. Both instances have the same users; one is the other tab.

                  metrics   %1$s/actuator/prometheus
                  standing  %1$s/actuator/creditmigration
                  database  %2$s

                Ctrl-C ends it, and nothing is kept.""".formatted(example.addresses().get(0), example.jdbcUrl()));
    }
}
