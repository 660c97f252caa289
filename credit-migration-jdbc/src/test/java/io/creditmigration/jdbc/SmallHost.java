package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.Actor;
import io.creditmigration.Consent;
import io.creditmigration.CreditPolicy;
import io.creditmigration.CreditRate;
import io.creditmigration.Migration;
import io.creditmigration.Verification;
import java.time.Instant;

/** What tests with a table of their own and a user or two begin with. */
final class SmallHost {

    static final Actor OLGA = Actor.operator("olga");
    static final Instant JANUARY = Instant.parse("2026-01-06T00:00:00Z");

    static Migration.Builder builder(String id, Instant cutOff, long from, long to) {
        return Migration.named(id)
                .cutOff(cutOff)
                .policy(CreditPolicy.convert(CreditRate.of(from), CreditRate.of(to)))
                .consent(Consent.NONE);
    }

    static Migration conversion(String id, Instant cutOff, long from, long to) {
        return builder(id, cutOff, from, to).build();
    }

    static Migration grant(String id) {
        return Migration.named(id)
                .cutOff(JANUARY)
                .policy(CreditPolicy.initialGrant())
                .build();
    }

    /** The library's tables, and what these statements make. */
    static TestSql host(HikariDataSource dataSource, String... statements) {
        LibraryTables.defaults().install(dataSource);
        TestSql sql = new TestSql(dataSource);
        sql.runAll(statements);
        return sql;
    }

    static void clean(Verification verification) {
        assertThat(verification.found()).isEmpty();
    }

    private SmallHost() {}
}
