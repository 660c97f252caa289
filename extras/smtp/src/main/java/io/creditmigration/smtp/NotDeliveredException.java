package io.creditmigration.smtp;

import io.creditmigration.CreditMigrationException;
import jakarta.mail.MessagingException;

/** The mail server could not be reached, or asked for another try. */
final class NotDeliveredException extends CreditMigrationException {

    private static final long serialVersionUID = 1L;

    NotDeliveredException(MessagingException cause) {
        super("The mail was not accepted: " + SmtpReplies.wordsOf(cause), cause);
    }
}
