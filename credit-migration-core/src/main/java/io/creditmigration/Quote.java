package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a user is shown before confirming. It holds nothing that a user must not see, and may travel through a browser as
 * its {@link #token()}:
 *
 * <pre>{@code
 * String token = migrations.quote(userId).orElseThrow().token();                     // into the page that shows it
 * migrations.confirm(userId, Quote.parse(token), Actor.user(userId));                // out of the form that comes back
 * }</pre>
 *
 * <p>{@link MigrationService#confirm} computes the quote again and accepts no other. So a token needs no secret: an
 * altered one changes nothing. To ask for a new quote when the form comes back is wrong: the user has not seen that one.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param attempt 1, or more after a rollback
 * @param oldCredits the balance now
 * @param newCredits the balance after confirming
 * @param oldRate the rate of the balance now; null where nothing is converted
 * @param newRate the rate after confirming; null where nothing is converted
 * @param takenAt when it was computed
 */
public record Quote(
        String migrationId,
        String userId,
        int attempt,
        Credits oldCredits,
        Credits newCredits,
        @Nullable CreditRate oldRate,
        @Nullable CreditRate newRate,
        Instant takenAt) {

    /** The most characters that a {@link #token()} has. */
    public static final int TOKEN_LENGTH_MAX = 1_400;

    /**
     * The quote that a {@link #token()} stands for, equal in every field.
     *
     * @throws InvalidValueException if the text is no token, or was cut or altered so that it is none any more
     */
    public static Quote parse(String token) {
        return QuoteToken.parse(token);
    }

    /**
     * This quote as one text of letters, digits, '.', '_' and '-', at most {@value #TOKEN_LENGTH_MAX} characters. It
     * needs no escaping in a URL, a header, a form or JSON. Equal quotes have equal tokens.
     *
     * @throws InvalidValueException if the quote is of a migration or a user that cannot be
     */
    public String token() {
        return QuoteToken.of(this);
    }

    /** Whether both offer the same to the same user in the same attempt, whenever they were taken. */
    public boolean offersSameAs(Quote other) {
        Arguments.require("quote", other);
        return equals(new Quote(
                other.migrationId,
                other.userId,
                other.attempt,
                other.oldCredits,
                other.newCredits,
                other.oldRate,
                other.newRate,
                takenAt));
    }
}
