package io.creditmigration;

import static io.creditmigration.UserAudit.added;
import static io.creditmigration.UserAudit.equal;
import static io.creditmigration.UserAudit.words;

import io.creditmigration.MigrationLogEntry.Kind;
import io.creditmigration.spi.LogLine;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Whether a line of the log says that nothing was lost or made: reckoned from its own figures. */
final class Conservation {

    private Conservation() {}

    /** What is wrong with it, in words; null where nothing is. */
    static @Nullable String wrong(Migration migration, LogLine line) {
        if (line.is(Kind.REOPENED)) {
            return unchanged(line);
        }
        RateConversion conversion = migration.conversion().orElse(null);
        return conversion == null ? granted(line) : converted(conversion, line);
    }

    private static @Nullable String unchanged(LogLine line) {
        boolean same =
                equal(line.oldCredits(), line.newCredits()) && line.residual().signum() == 0;
        return same ? null : "from " + words(line.oldCredits()) + " to " + words(line.newCredits());
    }

    private static @Nullable String granted(LogLine line) {
        int sign = added(line).signum();
        boolean wrongWay = line.is(Kind.MIGRATED) ? sign < 0 : sign > 0;
        boolean plain = line.oldRate() == null
                && line.newRate() == null
                && line.residual().signum() == 0;
        return plain && !wrongWay
                ? null
                : "a grant goes from " + words(line.oldCredits(), line.oldRate()) + " to "
                        + words(line.newCredits(), line.newRate()) + " and leaves " + words(line.residual());
    }

    private static @Nullable String converted(RateConversion conversion, LogLine line) {
        BigDecimal oldCredits = line.oldCredits();
        BigDecimal newCredits = line.newCredits();
        BigDecimal oldRate = line.oldRate();
        BigDecimal newRate = line.newRate();
        if (oldCredits == null || newCredits == null || oldRate == null || newRate == null) {
            return "goes from " + words(oldCredits, oldRate) + " to " + words(newCredits, newRate);
        }
        BigDecimal now = line.is(Kind.MIGRATED) ? newRate : oldRate;
        if (!equal(now, conversion.newRate().perCredit())) {
            return "is at " + words(now) + ", the migration's rate is " + conversion.newRate();
        }
        BigDecimal before = oldCredits.multiply(oldRate);
        BigDecimal after = newCredits.multiply(newRate).add(line.residual());
        if (!equal(before, after)) {
            return words(oldCredits) + " × " + words(oldRate) + " is not " + words(newCredits) + " × "
                    + words(newRate) + " + " + words(line.residual()) + ": "
                    + words(before.subtract(after)) + " is lost";
        }
        BigDecimal oneRounding = newRate.movePointLeft(conversion.decimals());
        boolean once = line.residual().abs().compareTo(oneRounding) < 0;
        return once || line.is(Kind.ROLLED_BACK)
                ? null
                : "leaves " + words(line.residual()) + ", rounding once leaves less than " + words(oneRounding);
    }
}
