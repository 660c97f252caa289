package io.creditmigration.smtp;

import static io.creditmigration.testkit.SeedUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.creditmigration.CreditPolicy;
import io.creditmigration.DeadLetter;
import io.creditmigration.DispatchOptions;
import io.creditmigration.Dispatched;
import io.creditmigration.InvalidValueException;
import io.creditmigration.Migration;
import io.creditmigration.MigrationOptions;
import io.creditmigration.MigrationService;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.testkit.InMemoryMigrationStore;
import io.creditmigration.testkit.SettableClock;
import jakarta.mail.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail to a server that works, and to servers that are down, slow, choosy or gone in the middle. */
@Timeout(120)
final class SmtpNotifierTest {

    private static final Instant CUT_OFF = Instant.parse("2026-01-06T00:00:00Z");
    private static final Migration GRANT = Migration.named("credits")
            .cutOff(CUT_OFF)
            .policy(CreditPolicy.initialGrant())
            .build();
    private static final Map<String, String> ADDRESSES =
            Map.of("ann", "ann@example.com", "bob", "bob@example.com", "cat", "not an address");

    private final SettableClock clock = SettableClock.at(CUT_OFF.plusSeconds(60));
    private final InMemoryMigrationStore store =
            InMemoryMigrationStore.with(user("ann"), user("bob"), user("cat"), user("dan"));
    private final MigrationService migrations = MigrationService.of(
            GRANT, store, MigrationOptions.defaults().withClock(clock).withNotices());
    private final MailServer server = MailServer.started();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_mail_arrives_with_its_words_and_its_key() throws Exception {
        migrations.migrate("ann");

        assertThat(dispatcher(server.session()).dispatch().sent()).isEqualTo(1);

        MailServer.Mail mail = server.mailbox().get(0);
        assertThat(mail.to()).isEqualTo("ann@example.com");
        assertThat(mail.message().getSubject()).isEqualTo("Welcome to Credits! You've received 20 free credits");
        assertThat((String) mail.message().getContent())
                .contains("Your starting balance: 20 credits.")
                .contains("January 6, 2026")
                .contains("https://example.com/credits");
        assertThat(mail.message().getFrom()[0]).hasToString("Example <credits@example.com>");
        String key = mail.header(SmtpNotifier.KEY_HEADER);
        assertThat(key).matches("[0-9a-f]{32}");
        assertThat(mail.header("Message-ID")).isEqualTo("<" + key + "@example.com>");
    }

    @Test
    void words_beyond_ascii_arrive() throws Exception {
        migrations.migrate("ann");

        dispatcher(server.session(), options().withLocale(Locale.forLanguageTag("vi-VN")))
                .dispatch();

        MailServer.Mail mail = server.mailbox().get(0);
        assertThat(mail.message().getSubject())
                .isEqualTo("Chào mừng bạn đến với tín dụng! Bạn đã nhận được 20 tín dụng miễn phí");
        assertThat((String) mail.message().getContent()).contains("Lịch sử sử dụng của bạn được giữ nguyên.");
        assertThat(mail.header("Content-Language")).isEqualTo("vi-VN");
    }

    @Test
    void a_server_that_is_down_is_tried_again_with_growing_pauses_and_given_up() {
        migrations.migrate("ann");
        server.close();
        NoticeDispatcher dispatcher = dispatcher(server.session(), options());

        for (int delivery = 1; delivery <= 4; delivery++) {
            assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 0, 1, 0));
            Duration longest = Duration.ofSeconds(10L << (delivery - 1));
            clock.advance(longest.dividedBy(2).minusMillis(1));
            assertThat(dispatcher.dispatch().leased())
                    .as("after less than half of %s", longest)
                    .isZero();
            clock.advance(longest.dividedBy(2).plusMillis(1));
        }
        assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 0, 0, 1));

        DeadLetter dead = dispatcher.deadLetters(10).get(0);
        assertThat(dead.deliveries()).isEqualTo(5);
        assertThat(dead.error()).contains("127.0.0.1");
        assertThat(migrations.status("ann")).hasToString("Optional[COMPLETED]");
        try (MailServer repaired = MailServer.started()) {
            NoticeDispatcher again = dispatcher(repaired.session());
            again.requeue(dead);
            assertThat(again.dispatch().sent()).isEqualTo(1);
            assertThat(repaired.mailbox().get(0).header(SmtpNotifier.KEY_HEADER))
                    .isEqualTo(dead.notice().id());
        }
    }

    @Test
    void a_server_that_is_too_slow_is_tried_again_under_the_same_key() {
        migrations.migrate("ann");
        server.slow(Duration.ofMillis(1_800));

        assertThat(dispatcher(server.session()).dispatch()).isEqualTo(new Dispatched(1, 0, 1, 0));
        server.slow(Duration.ZERO);
        clock.advance(Duration.ofSeconds(10));
        assertThat(dispatcher(server.session()).dispatch().sent()).isEqualTo(1);

        assertThat(server.mailbox().stream()
                        .map(mail -> mail.header(SmtpNotifier.KEY_HEADER))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void a_server_that_takes_the_mail_and_drops_the_connection_gets_it_again_under_the_same_key() {
        migrations.migrate("ann");
        server.dropNext(1);
        NoticeDispatcher dispatcher = dispatcher(server.session());

        assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 0, 1, 0));
        clock.advance(Duration.ofSeconds(10));
        assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 1, 0, 0));

        assertThat(server.mailbox()).hasSize(2);
        assertThat(server.mailbox().stream()
                        .map(mail -> mail.header("Message-ID"))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void a_refused_address_is_a_dead_letter_at_once_and_the_others_get_their_mail() {
        server.refuse("ann@example.com", 550);
        migrations.migrate("ann");
        migrations.migrate("bob");

        NoticeDispatcher dispatcher = dispatcher(server.session());

        assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(2, 1, 0, 1));
        assertThat(server.mailbox()).extracting(MailServer.Mail::to).containsExactly("bob@example.com");
        assertThat(dispatcher.deadLetters(10)).singleElement().satisfies(dead -> {
            assertThat(dead.notice().userId()).isEqualTo("ann");
            assertThat(dead.error()).contains("550").contains("not this one");
        });
    }

    @Test
    void an_address_that_the_server_puts_off_is_tried_again() {
        server.refuse("ann@example.com", 450);
        migrations.migrate("ann");
        NoticeDispatcher dispatcher = dispatcher(server.session());

        assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 0, 1, 0));
        server.refuse("ann@example.com", 0);
        clock.advance(Duration.ofSeconds(10));

        assertThat(dispatcher.dispatch().sent()).isEqualTo(1);
    }

    @Test
    void who_has_no_address_or_none_that_is_one_is_a_dead_letter() {
        migrations.migrate("cat");
        migrations.migrate("dan");
        NoticeDispatcher dispatcher = dispatcher(server.session());

        assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(2, 0, 0, 2));
        assertThat(dispatcher.deadLetters(10))
                .extracting(DeadLetter::error)
                .anyMatch("the user has no mail address"::equals);
    }

    @Test
    void a_connection_that_the_server_has_closed_is_replaced() {
        migrations.migrate("ann");
        int port = server.port();
        NoticeDispatcher dispatcher = dispatcher(server.session());
        dispatcher.dispatch();
        server.close();
        try (MailServer restarted = MailServer.startedAt(port)) {
            migrations.migrate("bob");

            assertThat(dispatcher.dispatch()).isEqualTo(new Dispatched(1, 1, 0, 0));
            assertThat(restarted.mailbox()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"connectiontimeout", "timeout", "writetimeout"})
    void a_session_that_would_wait_for_ever_is_refused(String timeout) {
        Properties settings = new Properties();
        settings.putAll(server.session().getProperties());
        settings.remove("mail.smtp." + timeout);

        assertThatThrownBy(
                        () -> SmtpNotifier.of(Session.getInstance(settings), "a@example.com", id -> Optional.empty()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessage("mail.smtp." + timeout
                        + " is 'missing'; allowed: milliseconds, 1 to 999999999; it is mandatory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nobody", "a@b@c", "Example credits@example.com"})
    void a_sender_that_is_no_address_is_refused(String sender) {
        assertThatThrownBy(() -> SmtpNotifier.of(server.session(), sender, id -> Optional.empty()))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("sender is '" + sender + "'");
    }

    private NoticeDispatcher dispatcher(Session session) {
        return dispatcher(session, options());
    }

    private NoticeDispatcher dispatcher(Session session, DispatchOptions options) {
        SmtpNotifier notifier = SmtpNotifier.of(
                session, "Example <credits@example.com>", userId -> Optional.ofNullable(ADDRESSES.get(userId)));
        return NoticeDispatcher.of(store, notifier, NoticeTemplates.shipped("https://example.com/credits"), options);
    }

    private DispatchOptions options() {
        return DispatchOptions.defaults().withClock(clock).withRetries(5, Duration.ofSeconds(10), Duration.ofHours(1));
    }
}
