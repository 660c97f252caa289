package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A quote as text: {@code q1.} and, in base64url without padding, the fields with a NUL between each two. No field has
 * a NUL itself. A text of a later version begins with another number.
 */
final class QuoteToken {

    private static final String VERSION = "q1.";
    private static final String ALLOWED = "a text that Quote.token() returned, whole and unchanged";
    private static final String SEPARATOR = "\0";
    private static final int FIELDS = 8;

    private QuoteToken() {}

    static String of(Quote quote) {
        String fields = String.join(
                SEPARATOR,
                Arguments.requireName("migration id of the quote", quote.migrationId()),
                Integer.toString(quote.attempt()),
                quote.oldCredits().toString(),
                quote.newCredits().toString(),
                text(quote.oldRate()),
                text(quote.newRate()),
                Arguments.requireUserId(quote.userId()),
                quote.takenAt().toString());
        return VERSION
                + Base64.getUrlEncoder().withoutPadding().encodeToString(fields.getBytes(StandardCharsets.UTF_8));
    }

    static Quote parse(String token) {
        if (Arguments.require("quote token", token).length() > Quote.TOKEN_LENGTH_MAX || !token.startsWith(VERSION)) {
            throw refused(token);
        }
        Quote quote;
        try {
            quote = read(new String(
                    Base64.getUrlDecoder().decode(token.substring(VERSION.length())), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | DateTimeException | InvalidValueException e) {
            throw refused(token);
        }
        // What reads the same without being the same, such as 1.0 for 1, is no text of ours: one quote has one token.
        if (!of(quote).equals(token)) {
            throw refused(token);
        }
        return quote;
    }

    private static Quote read(String text) {
        String[] fields = text.split(SEPARATOR, -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("not " + FIELDS + " fields");
        }
        return new Quote(
                Arguments.requireName("migration id of the quote", fields[0]),
                Arguments.requireUserId(fields[6]),
                Integer.parseInt(fields[1]),
                Credits.of(fields[2]),
                Credits.of(fields[3]),
                rate(fields[4]),
                rate(fields[5]),
                Instant.parse(fields[7]));
    }

    private static String text(@Nullable CreditRate rate) {
        return rate == null ? "" : rate.toString();
    }

    private static @Nullable CreditRate rate(String field) {
        return field.isEmpty() ? null : CreditRate.of(field);
    }

    private static InvalidValueException refused(String token) {
        return new InvalidValueException("quote token", token, ALLOWED);
    }
}
