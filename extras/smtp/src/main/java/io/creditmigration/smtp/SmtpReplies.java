package io.creditmigration.smtp;

import jakarta.mail.MessagingException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.jspecify.annotations.Nullable;

/** What a mail server's replies mean (RFC 5321, 4.2.1): 5yz is for good, and of 4yz the next try may succeed. */
final class SmtpReplies {

    private static final int FOR_GOOD = 500;
    private static final int CAUSES_MAX = 20;

    private SmtpReplies() {}

    /**
     * Why this mail will never be accepted; null where it may be another time. A refused sender or a failed login concerns
     * every mail and not this one: it is mended, and then tried again.
     */
    static @Nullable String refusal(MessagingException e) {
        Exception at = e;
        for (int i = 0; i < CAUSES_MAX && at != null; i++) {
            if (at instanceof SMTPAddressFailedException address && address.getReturnCode() >= FOR_GOOD) {
                return line(address);
            }
            if (at instanceof SMTPSendFailedException send
                    && send.getReturnCode() >= FOR_GOOD
                    && send.getNextException() == null) {
                return line(send);
            }
            at = at instanceof MessagingException messaging ? messaging.getNextException() : null;
        }
        return null;
    }

    static String wordsOf(MessagingException e) {
        Exception cause = e.getNextException();
        return cause == null ? line(e) : line(e) + ": " + line(cause);
    }

    private static String line(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
        return message.lines().findFirst().orElse(message).strip();
    }
}
