package io.creditmigration.command;

import jakarta.mail.Authenticator;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * How mail is sent, and to whom.
 *
 * @param host the mail server
 * @param port its port
 * @param security how the connection is protected
 * @param user who logs in; null where nobody does
 * @param password where the password is
 * @param from the sender, such as {@code Example <credits@example.com>}
 * @param page the address where users see their credits, and confirm
 * @param address the column of the users' mail addresses
 * @param language the column of their languages; null where all are written to in English
 * @param consent the column that says who has agreed to mail; null where everybody has
 */
record MailSettings(
        String host,
        int port,
        Security security,
        @Nullable String user,
        PasswordSource password,
        String from,
        String page,
        String address,
        @Nullable String language,
        @Nullable String consent) {

    private static final String TIMEOUT_MILLIS = "10000";

    /** How a connection is protected. */
    enum Security {
        /** Plain at first, then by TLS, or not at all: a server that cannot is refused. */
        STARTTLS(587),
        TLS(465),
        NONE(25);

        final int port;

        Security(int port) {
            this.port = port;
        }
    }

    /** A session with the server; asks for the password where it is to be asked for. */
    Session session() {
        Properties settings = new Properties();
        settings.put("mail.smtp.host", host);
        settings.put("mail.smtp.port", String.valueOf(port));
        for (String timeout : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
            settings.put("mail.smtp." + timeout, TIMEOUT_MILLIS);
        }
        if (security != Security.NONE) {
            settings.put("mail.smtp.ssl.checkserveridentity", "true");
        }
        switch (security) {
            case STARTTLS -> {
                settings.put("mail.smtp.starttls.enable", "true");
                settings.put("mail.smtp.starttls.required", "true");
            }
            case TLS -> settings.put("mail.smtp.ssl.enable", "true");
            case NONE -> {
                // In the network of the application's own, say.
            }
        }
        if (user == null) {
            return Session.getInstance(settings);
        }
        settings.put("mail.smtp.auth", "true");
        PasswordAuthentication login = new PasswordAuthentication(user, password.read("mail server", user));
        return Session.getInstance(settings, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return login;
            }
        });
    }
}
