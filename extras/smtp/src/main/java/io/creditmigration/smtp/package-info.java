/** Notices by mail: a {@link io.creditmigration.smtp.SmtpNotifier} for a {@link io.creditmigration.NoticeDispatcher}. */
@NullMarked
package io.creditmigration.smtp;

import org.jspecify.annotations.NullMarked;
