package io.creditmigration.command;

import io.creditmigration.DispatchOptions;
import io.creditmigration.Dispatched;
import io.creditmigration.NoticeDispatcher;
import io.creditmigration.NoticeMessage;
import io.creditmigration.NoticeTemplates;
import io.creditmigration.Notifier;
import io.creditmigration.jdbc.JdbcMigrationStore;
import io.creditmigration.smtp.SmtpNotifier;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Sends notices by mail: what is due now, or whatever comes until somebody stops it. */
final class MailRound {

    private static final int HUNDRED = 100;
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final JdbcMigrationStore store;
    private final MailSettings mail;
    private final AddressBook addresses;
    private final Output output;
    private final Interruption interruption;
    private final ProgressLine line;
    private final long startedNanos = System.nanoTime();
    private long sent;
    private long refused;
    private long postponed;

    MailRound(
            JdbcMigrationStore store,
            MailSettings mail,
            AddressBook addresses,
            Output output,
            Interruption interruption) {
        this.store = store;
        this.mail = mail;
        this.addresses = addresses;
        this.output = output;
        this.interruption = interruption;
        this.line = new ProgressLine(output, Terminal.isThere());
    }

    /**
     * Delivers, and answers how it ended.
     *
     * @param due how many notices are expected
     * @param untilStopped whether to wait for more when they are delivered
     */
    ExitCode deliver(long due, boolean untilStopped) {
        interruption.waitForPages();
        try (SmtpNotifier smtp = SmtpNotifier.of(
                mail.session(),
                mail.from(),
                userId -> Optional.ofNullable(addresses.of(userId).address()))) {
            NoticeDispatcher dispatcher = NoticeDispatcher.of(
                    store,
                    message -> deliver(smtp, message),
                    NoticeTemplates.shipped(mail.page()),
                    DispatchOptions.defaults()
                            .withLocales(userId -> addresses.of(userId).language()));
            do {
                while (!interruption.isAsked() && add(dispatcher.dispatch())) {
                    line.offer(percent(due), words(due));
                }
            } while (untilStopped && waited());
        } finally {
            line.show(percent(due), words(due));
            line.end();
        }
        output.field("sent", sent);
        output.field("postponed", postponed);
        output.field("refused", refused);
        output.say(
                Output.count(sent, "mail") + " sent, " + Output.number(postponed) + " put off and tried again later, "
                        + Output.number(refused) + " refused for good: see 'credit-migration notices'.");
        if (interruption.isAsked()) {
            return ExitCode.INTERRUPTED;
        }
        if (refused + postponed > 0) {
            return ExitCode.SOME_FAILED;
        }
        return sent == 0 ? ExitCode.NOTHING_TO_DO : ExitCode.DONE;
    }

    private Notifier.Delivery deliver(SmtpNotifier smtp, NoticeMessage message) {
        if (!addresses.of(message.userId()).consents()) {
            return Notifier.Delivery.refused("the user has not agreed to mail, by column " + mail.consent());
        }
        return smtp.deliver(message);
    }

    /** Whether there was anything to do. */
    private boolean add(Dispatched batch) {
        sent += batch.sent();
        refused += batch.dead();
        postponed += batch.postponed();
        return batch.leased() > 0;
    }

    /** False when somebody wants an end. */
    private boolean waited() {
        if (interruption.isAsked()) {
            return false;
        }
        line.offer(HUNDRED, "waiting for notices; " + Output.count(sent, "mail") + " sent");
        try {
            TimeUnit.SECONDS.sleep(1);
            return !interruption.isAsked();
        } catch (InterruptedException e) {
            return false;
        }
    }

    private long done() {
        return sent + refused + postponed;
    }

    private int percent(long due) {
        return (int) (Math.min(done(), due) * HUNDRED / Math.max(1, due));
    }

    private String words(long due) {
        long perSecond = done() * NANOS_PER_SECOND / Math.max(1, System.nanoTime() - startedNanos);
        StringBuilder words = new StringBuilder()
                .append(percent(due))
                .append(" % of ")
                .append(Output.count(due, "notice"))
                .append(", ")
                .append(Output.number(perSecond))
                .append("/s");
        long left = due - done();
        if (left > 0 && perSecond > 0) {
            words.append(", ")
                    .append(Progress.words(Duration.ofSeconds(left / perSecond)))
                    .append(" left");
        }
        if (refused > 0) {
            words.append(", ").append(Output.number(refused)).append(" refused");
        }
        if (postponed > 0) {
            words.append(", ").append(Output.number(postponed)).append(" put off");
        }
        return words.toString();
    }
}
