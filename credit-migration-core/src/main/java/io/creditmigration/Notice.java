package io.creditmigration;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What a user is to be told: there is one per migration, user, attempt and kind, whatever is retried. It has no place for
 * error messages or rollback data, which users are never shown.
 *
 * <p>The figures are those of the change that it speaks of, in its direction: of a rollback the old credits are those before
 * the rollback. A pre-announcement of a conversion has the figures that held when it was queued.
 *
 * @param migrationId the migration
 * @param userId the user, as stored
 * @param attempt the attempt
 * @param kind what is told
 * @param oldCredits the balance before; null where there was none, and where nothing has changed
 * @param newCredits the balance after; null where there is none, and where nothing has changed
 * @param oldRate the rate before; null for grants, and where nothing has changed
 * @param newRate the rate after; null for grants, and never for conversions
 * @param at when it happened, or for a pre-announcement will: the migration's cut-off
 */
public record Notice(
        String migrationId,
        String userId,
        int attempt,
        NoticeKind kind,
        @Nullable Credits oldCredits,
        @Nullable Credits newCredits,
        @Nullable CreditRate oldRate,
        @Nullable CreditRate newRate,
        Instant at) {

    private static final int ID_BYTES = 16;

    /**
     * The idempotency key: the first 16 bytes of SHA-256 over migration, user, attempt and kind, with zero bytes between them,
     * as 32 hexadecimal digits. The same for ever, however often the notice is delivered; it does not reveal the user.
     */
    public String id() {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must have SHA-256", e);
        }
        String key = migrationId + '\0' + userId + '\0' + attempt + '\0' + kind;
        byte[] digest = sha256.digest(key.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(Arrays.copyOf(digest, ID_BYTES));
    }

    /** Whether it speaks of a move between rates, and not of one from rate limits to credits. */
    public boolean isOfConversion() {
        return newRate != null;
    }
}
