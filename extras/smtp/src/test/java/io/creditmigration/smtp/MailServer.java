package io.creditmigration.smtp;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.subethamail.smtp.DropConnectionException;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;

/** A real SMTP server on a port of its own, which keeps what it accepts and misbehaves as it is told. */
final class MailServer implements AutoCloseable {

    /** One accepted mail: for whom, and as it came. */
    record Mail(String to, MimeMessage message) {

        String header(String name) {
            try {
                return message.getHeader(name, null);
            } catch (MessagingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final List<Mail> mailbox = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger drops = new AtomicInteger();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private volatile Duration delay = Duration.ZERO;
    private final SMTPServer server;

    private MailServer(int port) {
        this.server = SMTPServer.port(port).messageHandlerFactory(Handler::new).build();
        server.start();
    }

    static MailServer started() {
        return new MailServer(0);
    }

    static MailServer startedAt(int port) {
        return new MailServer(port);
    }

    int port() {
        return server.getPortAllocated();
    }

    /** A session with this server, whose waits are bounded by a second. */
    Session session() {
        return session(port());
    }

    static Session session(int port) {
        Properties settings = new Properties();
        settings.put("mail.smtp.host", "127.0.0.1");
        settings.put("mail.smtp.port", String.valueOf(port));
        settings.put("mail.smtp.connectiontimeout", "1000");
        settings.put("mail.smtp.timeout", "1000");
        settings.put("mail.smtp.writetimeout", "1000");
        return Session.getInstance(settings);
    }

    List<Mail> mailbox() {
        return List.copyOf(mailbox);
    }

    int accepted() {
        return accepted.get();
    }

    /** Refuses mails to this address with this code, until told otherwise by 0. */
    void refuse(String address, int code) {
        refusals.put(address, code);
    }

    /** Takes the next mails whole, and then drops the connection in place of an answer. */
    void dropNext(int mails) {
        drops.set(mails);
    }

    /** Takes so long over each mail. */
    void slow(Duration newDelay) {
        delay = newDelay;
    }

    @Override
    public void close() {
        server.stop();
    }

    private final class Handler implements MessageHandler {

        private String to = "";

        Handler(MessageContext context) {}

        @Override
        public void from(String from) {}

        @Override
        public void recipient(String recipient) throws RejectException {
            int code = refusals.getOrDefault(recipient, 0);
            if (code != 0) {
                throw new RejectException(code, "not this one");
            }
            to = recipient;
        }

        @Override
        public String data(InputStream data) throws RejectException, IOException {
            byte[] bytes = data.readAllBytes();
            try {
                TimeUnit.MILLISECONDS.sleep(delay.toMillis());
                mailbox.add(new Mail(to, new MimeMessage(null, new ByteArrayInputStream(bytes))));
            } catch (InterruptedException | MessagingException e) {
                throw new IllegalStateException(e);
            }
            accepted.incrementAndGet();
            if (drops.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new DropConnectionException(421, "gone");
            }
            return null;
        }

        @Override
        public void done() {}
    }
}
