package io.creditmigration.servlet;

import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.MigrationService;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.jdbc.LibraryTables;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.h2.jdbcx.JdbcConnectionPool;

/** An application in Jetty on a database of its own, and a browser that asks it. */
final class Shop implements AutoCloseable {

    private static final Migration RATE_2500 = Migration.named("rate-2500")
            .cutOff(Instant.parse("2026-01-06T00:00:00Z"))
            .policy(CreditPolicy.convert(CreditRate.of(1_000), CreditRate.of(2_500)))
            .build();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final JdbcConnectionPool dataSource;
    final ServletContextHandler context = new ServletContextHandler("/shop", ServletContextHandler.SESSIONS);
    private final Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final HttpClient browser = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .connectTimeout(PATIENCE)
            .build();

    /** A shop whose users have ids of this type. */
    Shop(String idType) {
        this.dataSource = JdbcConnectionPool.create("jdbc:h2:mem:shop" + System.identityHashCode(this), "sa", "");
        run("CREATE TABLE users (id " + idType + " PRIMARY KEY, credits NUMERIC(19, 4), migrated BOOLEAN,"
                + " created_at TIMESTAMP WITH TIME ZONE)");
        server.setHandler(context);
    }

    void user(String id, int credits) {
        run("INSERT INTO users VALUES ('" + id + "', " + credits
                + ", FALSE, TIMESTAMP WITH TIME ZONE '2025-01-01 00:00:00+00')");
    }

    MigrationService migrations() {
        LibraryTables.defaults().install(dataSource);
        HostTables tables =
                HostTables.users("users").balance("credits").flag("migrated").registeredAt("created_at");
        return MigrationService.of(RATE_2500, JdbcMigrationStore.owning(dataSource, tables));
    }

    Shop with(MigrationFilter filter) {
        FilterHolder holder = new FilterHolder(filter);
        holder.setAsyncSupported(true);
        context.addFilter(
                holder,
                "/*",
                EnumSet.of(DispatcherType.REQUEST, DispatcherType.FORWARD, DispatcherType.ASYNC, DispatcherType.ERROR));
        return this;
    }

    Shop with(String path, HttpServlet servlet) {
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        context.addServlet(holder, path);
        return this;
    }

    Shop open() throws Exception {
        server.start();
        return this;
    }

    HttpResponse<String> get(String pathAndQuery) {
        return send(request(pathAndQuery).GET());
    }

    HttpResponse<String> post(String path, String form) {
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    HttpResponse<String> head(String pathAndQuery) {
        return send(request(pathAndQuery).method("HEAD", HttpRequest.BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create(server.getURI().resolve("/") + "shop" + pathAndQuery))
                .timeout(PATIENCE);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return browser.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    void run(String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String credits(String id) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT credits, migrated FROM users WHERE id = '" + id + "'")) {
            row.next();
            return row.getBigDecimal(1).stripTrailingZeros().toPlainString() + (row.getBoolean(2) ? " migrated" : "");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        dataSource.dispose();
    }
}
