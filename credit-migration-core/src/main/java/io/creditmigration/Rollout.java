package io.creditmigration;

import io.creditmigration.internal.Arguments;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Who may migrate now: a sticky percentage of the users and a halt switch, kept in the store and read inside every commit,
 * so that all nodes obey from the next commit on. It holds for every trigger.
 *
 * @param percent 0 to 100: users whose bucket is below {@code percent × 100} are inside
 * @param halted whether no one may migrate
 */
public record Rollout(int percent, boolean halted) {

    /** Everyone may migrate: the rollout until it is changed. */
    public static final Rollout EVERYBODY = new Rollout(100, false);

    private static final int BUCKETS = 10_000;
    private static final int BUCKETS_PER_PERCENT = BUCKETS / 100;

    /** Refuses a percentage that is none. */
    public Rollout {
        if (percent < 0 || percent > 100) {
            throw new InvalidValueException("rollout percentage", percent, "0 to 100");
        }
    }

    /** Whether the user's bucket is inside the percentage. A user inside at 5 % is inside at 25 %. */
    public boolean includes(String migrationId, String userId) {
        Arguments.require("migration id", migrationId);
        Arguments.require("user id", userId);
        return percent == 100 || bucket(migrationId, userId) < percent * BUCKETS_PER_PERCENT;
    }

    /**
     * The user's bucket, 0 to 9,999: the first eight bytes of SHA-256 over {@code migrationId}, a zero byte and
     * {@code userId} in UTF-8, as an unsigned big-endian number, modulo 10,000. Stable for ever, and independent between
     * migrations.
     */
    public static int bucket(String migrationId, String userId) {
        Arguments.require("migration id", migrationId);
        Arguments.require("user id", userId);
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform must have SHA-256", e);
        }
        sha256.update(migrationId.getBytes(StandardCharsets.UTF_8));
        sha256.update((byte) 0);
        byte[] digest = sha256.digest(userId.getBytes(StandardCharsets.UTF_8));
        long first = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            first = (first << Byte.SIZE) | (digest[i] & 0xFF);
        }
        return (int) Long.remainderUnsigned(first, BUCKETS);
    }
}
