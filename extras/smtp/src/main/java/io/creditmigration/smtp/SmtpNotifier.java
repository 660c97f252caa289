package io.creditmigration.smtp;

import io.creditmigration.InvalidValueException;
import io.creditmigration.NoticeMessage;
import io.creditmigration.Notifier;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers notices by mail.
 *
 * <pre>{@code
 * Properties settings = new Properties();
 * settings.put("mail.smtp.host", "mail.example.com");
 * settings.put("mail.smtp.connectiontimeout", "10000");         // milliseconds; all three are mandatory
 * settings.put("mail.smtp.timeout", "10000");
 * settings.put("mail.smtp.writetimeout", "10000");
 * Notifier notifier = SmtpNotifier.of(Session.getInstance(settings), "Example <credits@example.com>", users::mailOf);
 * }</pre>
 *
 * <p>The idempotency key is the mail's {@code Message-ID} and its header {@value #KEY_HEADER}, so servers and readers that
 * drop duplicates drop a second delivery. What the server refuses for good (5yz) becomes a dead letter, as does a user without
 * an address; what it puts off (4yz), and a server that is down, too slow or gone in the middle, is tried again.
 *
 * <p>Thread-safe. One connection is kept and used by one thread at a time; for more, give each dispatching thread a notifier of
 * its own.
 */
public final class SmtpNotifier implements Notifier, AutoCloseable {

    /** The header that has the idempotency key. */
    public static final String KEY_HEADER = "X-Idempotency-Key";

    private static final Logger LOG = LoggerFactory.getLogger(SmtpNotifier.class);
    private static final String[] TIMEOUTS = {"connectiontimeout", "timeout", "writetimeout"};

    private final Session session;
    private final InternetAddress from;
    private final Function<String, Optional<String>> addresses;
    private @Nullable Transport open;

    private SmtpNotifier(Session session, InternetAddress from, Function<String, Optional<String>> addresses) {
        this.session = session;
        this.from = from;
        this.addresses = addresses;
    }

    /**
     * A notifier that sends from this address.
     *
     * @param session the mail server, with all three timeouts of its protocol: Jakarta Mail would wait for ever without
     * @param from the sender, {@code Example <credits@example.com>}
     * @param addresses the address of a user by the id as stored; empty where there is none
     * @throws InvalidValueException when a timeout is missing or the sender is no address
     */
    public static SmtpNotifier of(Session session, String from, Function<String, Optional<String>> addresses) {
        String protocol = session.getProperty("mail.transport.protocol");
        for (String timeout : TIMEOUTS) {
            String name = "mail." + (protocol == null ? "smtp" : protocol) + "." + timeout;
            String millis = session.getProperty(name);
            if (millis == null || !millis.matches("[1-9]\\d{0,8}")) {
                throw new InvalidValueException(
                        name, millis == null ? "missing" : millis, "milliseconds, 1 to 999999999; it is mandatory");
            }
        }
        try {
            InternetAddress sender = new InternetAddress(from, true);
            if (sender.getAddress().indexOf('@') < 0) {
                throw new InvalidValueException("sender", from, "an address with a domain");
            }
            return new SmtpNotifier(session, sender, addresses);
        } catch (AddressException e) {
            throw new InvalidValueException("sender", from, "an address such as Example <credits@example.com>");
        }
    }

    @Override
    public Delivery deliver(NoticeMessage message) {
        Optional<String> address = addresses.apply(message.userId());
        if (address.isEmpty()) {
            return Delivery.refused("the user has no mail address");
        }
        try {
            InternetAddress to = new InternetAddress(address.get(), true);
            send(mail(message, to), to);
            return Delivery.accepted();
        } catch (AddressException e) {
            return Delivery.refused("the user's mail address is none: " + e.getMessage());
        } catch (MessagingException e) {
            close();
            String refusal = SmtpReplies.refusal(e);
            if (refusal == null) {
                throw new NotDeliveredException(e);
            }
            return Delivery.refused(refusal);
        }
    }

    private MimeMessage mail(NoticeMessage message, InternetAddress to) throws MessagingException {
        String domain = from.getAddress().substring(from.getAddress().lastIndexOf('@') + 1);
        MimeMessage mail = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + message.idempotencyKey() + "@" + domain + ">");
            }
        };
        mail.setFrom(from);
        mail.setRecipient(Message.RecipientType.TO, to);
        mail.setSubject(message.title(), StandardCharsets.UTF_8.name());
        mail.setText(message.body(), StandardCharsets.UTF_8.name());
        mail.setHeader("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        mail.setHeader(KEY_HEADER, message.idempotencyKey());
        mail.setHeader("Content-Language", message.locale().toLanguageTag());
        // Nobody's holiday replies (RFC 3834).
        mail.setHeader("Auto-Submitted", "auto-generated");
        mail.saveChanges();
        return mail;
    }

    private synchronized void send(MimeMessage mail, InternetAddress to) throws MessagingException {
        Transport transport = open;
        // Asks the server, so a connection that it has closed meanwhile is replaced.
        if (transport == null || !transport.isConnected()) {
            close();
            transport = session.getTransport();
            open = transport;
            transport.connect();
        }
        transport.sendMessage(mail, new InternetAddress[] {to});
    }

    /** Closes the connection, if there is one; a later delivery opens another. */
    @Override
    public synchronized void close() {
        Transport transport = open;
        open = null;
        if (transport != null) {
            try {
                transport.close();
            } catch (MessagingException e) {
                LOG.debug("A connection to the mail server could not be closed: {}", SmtpReplies.wordsOf(e));
            }
        }
    }
}
