package io.creditmigration;

import java.util.Locale;

/**
 * A notice in words, for one user.
 *
 * @param idempotencyKey the same however often the notice is delivered: 32 hexadecimal digits
 * @param userId the user, as stored
 * @param kind what is told
 * @param locale the language it is in, and whose form its amounts and dates have
 * @param title one line
 * @param body plain text, lines separated by {@code \n}
 */
public record NoticeMessage(
        String idempotencyKey, String userId, NoticeKind kind, Locale locale, String title, String body) {}
