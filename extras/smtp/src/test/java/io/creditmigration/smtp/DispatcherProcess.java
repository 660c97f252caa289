package io.creditmigration.smtp;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.DispatchOptions;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.Notifier;
import io.creditmigration.jdbc.HostTables;
import io.creditmigration.jdbc.JdbcMigrationStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One node that delivers, to be killed: {@code <JDBC URL> <SMTP port> <pause after so many mails, or 0>}. */
final class DispatcherProcess {

    /** A lease that a test can wait for. */
    static final Duration LEASE = Duration.ofSeconds(3);

    private DispatcherProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        HikariDataSource database = new HikariDataSource();
        database.setJdbcUrl(arguments[0]);
        database.setUsername("postgres");
        database.setMaximumPoolSize(2);
        int pauseAfter = Integer.parseInt(arguments[2]);
        AtomicInteger delivered = new AtomicInteger();
        SmtpNotifier smtp = SmtpNotifier.of(
                MailServer.session(Integer.parseInt(arguments[1])),
                "credits@example.com",
                userId -> Optional.of("user" + userId + "@example.com"));
        Notifier notifier = message -> {
            Notifier.Delivery delivery = smtp.deliver(message);
            if (delivered.incrementAndGet() == pauseAfter) {
                waitForTheEnd();
            }
            return delivery;
        };
        NoticeDispatcher dispatcher = NoticeDispatcher.of(
                JdbcMigrationStore.owning(database, hostTables()),
                notifier,
                NoticeTemplates.shipped("https://example.com/credits"),
                DispatchOptions.defaults().withBatches(100, LEASE));
        while (true) {
            if (dispatcher.dispatch().leased() == 0) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    static HostTables hostTables() {
        return HostTables.users("users").ownAccounts().onMigrationSet("rate_limit", null);
    }

    /** The mail is delivered, and not marked. */
    private static void waitForTheEnd() {
        System.out.println("delivered and not marked");
        try {
            TimeUnit.HOURS.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
