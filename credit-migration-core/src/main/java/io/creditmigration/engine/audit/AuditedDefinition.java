package io.creditmigration.engine.audit;

import io.creditmigration.Migration;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a migration's definition says, read from its text: the text that is stored and compared, and nothing of the classes that
 * convert and grant.
 *
 * @param id the migration
 * @param newcomersFrom users registered from here on began in the new regime
 * @param conversion the conversion; null for grants
 * @param tiers the tiers of the built-in grant from low to high, the first of them for everyone; empty for other policies
 */
record AuditedDefinition(
        String id, Instant newcomersFrom, @Nullable Conversion conversion, List<Tier> tiers) {

    private static final Pattern CONVERSION =
            Pattern.compile("convert v1 ([0-9.]+)[0-9.,]*->([0-9.]+) scale=([0-9]+) rounding=([A-Z_]+)");
    private static final Pattern TIERS =
            Pattern.compile("usage-tiers v1 base=([0-9.]+)((?: above [0-9]+/day=[0-9.]+)*)");
    private static final Pattern TIER = Pattern.compile(" above ([0-9]+)/day=([0-9.]+)");

    /** Rates in money for one credit, and how the new balance is rounded. */
    record Conversion(BigDecimal oldRate, BigDecimal newRate, int decimals, RoundingMode rounding) {}

    /** What users get who made more operations a day than this. */
    record Tier(long operationsPerDay, BigDecimal credits) {}

    static AuditedDefinition of(Migration migration) {
        String text = migration.policy().definition();
        Matcher conversion = CONVERSION.matcher(text);
        if (migration.conversion().isPresent()) {
            if (!conversion.matches()) {
                throw new IllegalStateException("The definition of a conversion is not as it is written: " + text);
            }
            return new AuditedDefinition(
                    migration.id(),
                    migration.newcomersFrom(),
                    new Conversion(
                            new BigDecimal(conversion.group(1)),
                            new BigDecimal(conversion.group(2)),
                            Integer.parseInt(conversion.group(3)),
                            RoundingMode.valueOf(conversion.group(4))),
                    List.of());
        }
        Matcher grant = TIERS.matcher(text);
        if (!grant.matches()) {
            return new AuditedDefinition(migration.id(), migration.newcomersFrom(), null, List.of());
        }
        List<Tier> tiers = new ArrayList<>(List.of(new Tier(-1, new BigDecimal(grant.group(1)))));
        Matcher tier = TIER.matcher(grant.group(2));
        while (tier.find()) {
            tiers.add(new Tier(Long.parseLong(tier.group(1)), new BigDecimal(tier.group(2))));
        }
        return new AuditedDefinition(migration.id(), migration.newcomersFrom(), null, List.copyOf(tiers));
    }

    boolean converts() {
        return conversion != null;
    }

    @Nullable
    BigDecimal oldRate() {
        return conversion == null ? null : conversion.oldRate();
    }

    @Nullable
    BigDecimal newRate() {
        return conversion == null ? null : conversion.newRate();
    }

    /** What the built-in grant gives for so many operations in so many days; null for other policies. */
    @Nullable
    BigDecimal allocated(long operations, int days) {
        BigDecimal allocated = null;
        for (Tier tier : tiers) {
            boolean isAbove = BigDecimal.valueOf(operations)
                            .compareTo(
                                    BigDecimal.valueOf(tier.operationsPerDay()).multiply(BigDecimal.valueOf(days)))
                    > 0;
            allocated = isAbove ? tier.credits() : allocated;
        }
        return allocated;
    }
}
