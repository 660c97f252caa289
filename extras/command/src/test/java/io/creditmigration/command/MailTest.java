package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.command.Command.Ended;
import io.creditmigration.command.Command.Running;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/** Notices that the command sends to a mail server of this JVM. */
final class MailTest {

    private static final String USERS = """
            CREATE TABLE members (
                id BIGINT PRIMARY KEY,
                credits NUMERIC(12, 4) NOT NULL,
                migrated BOOLEAN DEFAULT FALSE NOT NULL,
                "E-Mail" TEXT,
                lang VARCHAR(10),
                wants_mail BOOLEAN DEFAULT TRUE
            );
            INSERT INTO members (id, credits, "E-Mail", lang)
            SELECT n, n, 'user' || n || '@example.com', CASE n % 3 WHEN 0 THEN 'vi_VN' WHEN 1 THEN 'de' END
            FROM generate_series(1, 20) AS g(n);
            UPDATE members SET wants_mail = FALSE WHERE id = 4;
            UPDATE members SET wants_mail = NULL WHERE id = 5;
            UPDATE members SET "E-Mail" = NULL WHERE id = 6;
            """;

    @TempDir
    Path folder;

    private final Map<String, MimeMessage> mailbox = new ConcurrentHashMap<>();
    private SMTPServer mailServer;
    private Command command;
    private Server shop;

    @BeforeEach
    void anApplication(TestInfo test) {
        shop = Server.database(test.getTestMethod().orElseThrow().getName().substring(0, 20));
        shop.execute(USERS);
        mailServer = SMTPServer.port(0)
                .messageHandler((context, from, to, data) -> accept(to, data))
                .build();
        mailServer.start();
        command = new Command(folder);
        configure("E-Mail");
        assertThat(command.inThisProcess("schema", "--apply", "--yes").exitCode())
                .isZero();
    }

    @AfterEach
    void stop() {
        mailServer.stop();
    }

    @Test
    void everybody_who_agreed_gets_one_mail_in_the_language_that_is_kept() throws Exception {
        assertThat(command.inThisProcess("migrate", "--apply", "--yes").exitCode())
                .isZero();

        Ended dry = command.run("notices", "--deliver");
        assertThat(mailbox).isEmpty();
        Ended sent = command.run("notices", "--deliver", "--apply", "--yes", "--json");
        Ended again = command.run("notices", "--deliver", "--apply", "--yes");

        assertThat(dry.out()).contains("20 notices are due", "add --apply");
        assertThat(sent.exitCode()).describedAs(sent.toString()).isEqualTo(4);
        assertThat(sent.json().get("sent").asInt()).isEqualTo(15);
        assertThat(sent.json().get("refused").asInt()).isEqualTo(4);
        assertThat(sent.json().get("postponed").asInt()).isOne();
        assertThat(mailbox).hasSize(15).doesNotContainKeys("user4@example.com", "user5@example.com");
        assertThat(body(3)).contains("tín dụng");
        assertThat(body(10)).contains("4 credits");
        assertThat(again.exitCode()).describedAs(again.toString()).isEqualTo(3);
        assertThat(command.run("notices").out())
                .contains(
                        "the user has not agreed to mail, by column wants_mail",
                        "the user has no mail address",
                        "no such mailbox");
    }

    @Test
    void it_goes_on_until_it_is_stopped() {
        Running delivering = command.start("notices", "--deliver", "--until-stopped", "--apply", "--yes");
        assertThat(command.inThisProcess("notices", "--announce", "--apply", "--yes")
                        .exitCode())
                .isZero();

        Command.await(() -> mailbox.size() == 15);
        delivering.signal("INT");
        Ended ended = delivering.ended();

        assertThat(ended.exitCode()).describedAs(ended.toString()).isEqualTo(130);
        assertThat(ended.out()).contains("15 mails sent, 1 put off and tried again later, 4 refused for good");
    }

    @Test
    void an_announcement_says_how_many_before_it_queues_them() {
        Ended dry = command.inThisProcess("notices", "--announce", "--json");
        command.inThisProcess("notices", "--announce", "--apply", "--yes");
        Ended again = command.inThisProcess("notices", "--announce");

        assertThat(dry.json().get("concerned").asInt()).isEqualTo(20);
        assertThat(again.out()).contains("to be announced to 20 users; 20 announcements were queued before");
    }

    @Test
    void a_column_that_is_not_there_is_named_before_anything_is_sent() {
        configure("mail_address");

        Ended ended = command.inThisProcess("notices", "--deliver");

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.err())
                .contains("mail.address is 'mail_address'; there are id, credits, migrated, E-Mail, lang, wants_mail");
    }

    private void accept(String to, byte[] data) throws RejectException {
        if (to.equals("user7@example.com")) {
            throw new RejectException(550, "no such mailbox");
        }
        if (to.equals("user8@example.com")) {
            throw new RejectException(451, "come back later");
        }
        try {
            MimeMessage before = mailbox.put(to, new MimeMessage(null, new ByteArrayInputStream(data)));
            assertThat(before).isNull();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String body(int user) throws Exception {
        return mailbox.get("user" + user + "@example.com").getContent().toString();
    }

    private void configure(String addressColumn) {
        command.write("password", shop.password() + "\n");
        command.write("credit-migration.yaml", """
                database: { url: '%s', user: '%s', password-from: 'file:%s' }
                users: { table: members, balance: credits, flag: migrated }
                migration:
                  { id: rate-2500, cut-off: 2026-01-06T00:00:00Z, convert: { from: 1000, to: 2500 }, consent: none }
                notices: true
                mail:
                  host: 127.0.0.1
                  port: %d
                  security: none
                  from: Example <credits@example.com>
                  page: https://example.com/credits
                  address: %s
                  language: lang
                  consent: wants_mail
                """.formatted(
                shop.url(), shop.user(), command.file("password"), mailServer.getPortAllocated(), addressColumn));
    }
}
