package io.creditmigration.spring;

import io.creditmigration.Consent;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is said under {@code credit-migration}, with the keys of the command's configuration. Immutable.
 *
 * @param enabled whether anything is set up
 * @param libraryTables where the library's own tables are
 * @param users where the users are
 * @param accounts where the balances are, if not in the users table
 * @param operations what users did, for grants
 * @param purchases what users have paid for
 * @param migration what is to be done; instead of it, define a bean of type Migration
 * @param notices whether users are told; needs a bean of type Notifier on the nodes that deliver
 * @param mail what messages link to
 * @param dispatcher how notices are delivered
 * @param gate how requests are blocked
 * @param run how fast and how far runs may go
 */
@ConfigurationProperties("credit-migration")
public record CreditMigrationProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue OwnTables libraryTables,
        @Nullable Users users,
        @Nullable Accounts accounts,
        @Nullable Operations operations,
        @Nullable Purchases purchases,
        @Nullable Definition migration,
        @DefaultValue("false") boolean notices,
        @DefaultValue Mail mail,
        @DefaultValue Dispatcher dispatcher,
        @DefaultValue Gate gate,
        @DefaultValue Run run) {

    /** What is done about the library's tables when the application starts. */
    public enum OnStart {
        /** The start fails where they are missing: Flyway, Liquibase or an operator creates them. */
        CHECK,
        /** Those that are missing are created. */
        INSTALL
    }

    /** Whether requests pass while the store fails. */
    public enum OnFailure {
        /** They pass. */
        OPEN,
        /** They are answered 503, except those of users known to be migrated. */
        CLOSED
    }

    /** What the filter does about users who have to confirm. */
    public enum Mode {
        /** They are answered 403 with the quote. */
        BLOCK,
        /** They pass, and are counted. */
        OBSERVE,
        /** There is no filter. */
        OFF
    }

    /**
     * The library's own tables.
     *
     * @param schema their schema; the connection's own unless said otherwise
     * @param prefix what their names begin with
     * @param onStart what is done about them on start
     */
    public record OwnTables(
            @Nullable String schema,
            @DefaultValue("credit_migration_") String prefix,
            @DefaultValue("check") OnStart onStart) {}

    /**
     * The users table.
     *
     * @param schema the schema of all mapped tables
     * @param table its name
     * @param id the key's column; id unless said otherwise
     * @param balance the balance's column
     * @param balanceMovesTo a migrated balance moves into this column
     * @param minorUnits balances are whole numbers of the smallest unit, with so many decimals
     * @param reserved open reservations
     * @param flag the marker's column
     * @param flagValue the marker's value once migrated
     * @param rate the column that tells which rate the balance is priced at
     * @param rateIfAbsent the rate of balances whose rate is absent; those users are left alone unless it is said
     * @param version the column that each write increments
     * @param registeredAt when the user registered
     * @param existingIfUnregistered users whose registration is absent are existing users; conversions leave them alone unless
     *     it is said
     * @param zone the zone of timestamps without one
     * @param exempt who is exempt from conversions
     * @param onlyWith only rows with these values exist for the library
     * @param onlyWithout only rows with NULL in these columns exist for the library
     * @param onMigrationSet columns that are set when a user is migrated; an empty value is NULL
     */
    public record Users(
            @Nullable String schema,
            String table,
            @Nullable String id,
            @Nullable String balance,
            @Nullable String balanceMovesTo,
            @Nullable Integer minorUnits,
            @Nullable String reserved,
            @Nullable String flag,
            @Nullable String flagValue,
            @Nullable String rate,
            @Nullable BigDecimal rateIfAbsent,
            @Nullable String version,
            @Nullable String registeredAt,
            @DefaultValue("false") boolean existingIfUnregistered,
            @Nullable ZoneId zone,
            @Nullable Exempt exempt,
            @DefaultValue Map<String, String> onlyWith,
            @DefaultValue List<String> onlyWithout,
            @DefaultValue Map<String, String> onMigrationSet) {}

    /**
     * Who is exempt from conversions.
     *
     * @param column a column of the users table
     * @param values users with one of these are
     */
    public record Exempt(String column, List<String> values) {}

    /**
     * The account table.
     *
     * @param own whether it is the library's
     * @param table its name, if not
     * @param user the column with the user's id
     * @param balance the balance's column
     * @param active set when an account is granted to
     */
    public record Accounts(
            @DefaultValue("false") boolean own,
            @Nullable String table,
            @Nullable String user,
            @Nullable String balance,
            @Nullable String active) {}

    /**
     * What users did.
     *
     * @param table a row per operation
     * @param id its key
     * @param user the column with the user's id
     * @param at when
     * @param history whether operations are copied into the credit history
     */
    public record Operations(
            String table,
            String id,
            String user,
            String at,
            @DefaultValue("true") boolean history) {}

    /**
     * What users have paid for.
     *
     * @param table a row per purchase
     * @param user the column with the user's id
     * @param credits the column with its credits
     */
    public record Purchases(String table, String user, String credits) {}

    /**
     * What is to be done.
     *
     * @param id its id
     * @param cutOff from when on users began anew
     * @param beginsAt before it nothing is written; the cut-off unless said otherwise
     * @param newcomersFrom users registered from here on are not subject; the cut-off unless said otherwise
     * @param after the migration that it follows
     * @param beside the migration that it runs beside, for other users of the same table or of the other kind
     * @param convert from one rate to another
     * @param grant from rate limits to credits
     * @param consent whether users with credits are asked
     * @param usageWindowDays how many days before the cut-off count as usage
     */
    public record Definition(
            String id,
            Instant cutOff,
            @Nullable Instant beginsAt,
            @Nullable Instant newcomersFrom,
            @Nullable String after,
            @Nullable String beside,
            @Nullable Convert convert,
            @Nullable Grant grant,
            @Nullable Consent consent,
            @Nullable Integer usageWindowDays) {}

    /**
     * A conversion.
     *
     * @param from what one credit cost before
     * @param to what it costs from now on
     * @param decimals of the new balance; 4 unless said otherwise
     * @param rounding half-even unless said otherwise
     */
    public record Convert(
            BigDecimal from,
            BigDecimal to,
            @Nullable Integer decimals,
            @Nullable RoundingMode rounding) {}

    /**
     * A grant.
     *
     * @param base the credits that everybody gets
     * @param above operations a day, and the credits for more than these
     */
    public record Grant(BigDecimal base, @DefaultValue Map<Long, BigDecimal> above) {}

    /**
     * What messages say.
     *
     * @param page the address of the page that they link to
     */
    public record Mail(@Nullable String page) {}

    /**
     * How notices are delivered.
     *
     * @param enabled whether this node delivers
     * @param every the pause between two looks
     */
    public record Dispatcher(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("1s") Duration every) {}

    /**
     * How requests are blocked.
     *
     * @param mode what the filter does
     * @param onFailure whether requests pass while the store fails
     * @param openPaths paths that the filter leaves alone, such as /dashboard and /credits/*
     * @param order the filter's order; Spring Security's is -100
     * @param repeatAnswerFor how long the answer to a user with credits is repeated without a read
     */
    public record Gate(
            @DefaultValue("block") Mode mode,
            @DefaultValue("open") OnFailure onFailure,
            @DefaultValue List<String> openPaths,
            @DefaultValue("0") int order,
            @DefaultValue("0s") Duration repeatAnswerFor) {}

    /**
     * How fast and how far runs may go.
     *
     * @param pageSize users of a page at most
     * @param pageOperations operations of a page at most
     * @param threads of a process
     * @param usersPerSecond the pace; 0 is as fast as it goes
     * @param failureRateMax the share of failures that pauses the run
     * @param grantedMax the credits that pause the run
     */
    public record Run(
            @Nullable Integer pageSize,
            @Nullable Integer pageOperations,
            @Nullable Integer threads,
            @Nullable Integer usersPerSecond,
            @Nullable BigDecimal failureRateMax,
            @Nullable BigDecimal grantedMax) {}
}
