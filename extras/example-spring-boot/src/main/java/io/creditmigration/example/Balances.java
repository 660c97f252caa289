package io.creditmigration.example;

import io.creditmigration.spring.JoinedMigrations;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.UUID;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Spends and top-ups. Both keep the host's part: a statement that moves credits names the marker that it was priced under, and is
 * priced again when no row matches.
 */
@Service
public class Balances {

    static final BigDecimal OLD_RATE = BigDecimal.valueOf(1_000);
    static final BigDecimal NEW_RATE = BigDecimal.valueOf(2_500);

    /** What one operation costs, in money. */
    static final BigDecimal PRICE = BigDecimal.valueOf(1_000);

    private static final int ATTEMPTS = 20;
    private static final int DECIMALS = 4;

    /** What somebody has, and what one credit costs. */
    public record Balance(BigDecimal credits, boolean migrated) {

        public BigDecimal rate() {
            return migrated ? NEW_RATE : OLD_RATE;
        }

        /** Exact for all prices here: a multiple of 1,000 is one of 0.4 credits. */
        public BigDecimal priced(BigDecimal money) {
            return money.divide(rate(), DECIMALS, RoundingMode.UNNECESSARY);
        }
    }

    private final JdbcClient sql;
    private final JoinedMigrations joined;

    Balances(JdbcClient sql, JoinedMigrations joined) {
        this.sql = sql;
        this.joined = joined;
    }

    Balance of(UUID user) {
        return sql.sql("SELECT credits, migrated FROM users WHERE id = ?")
                .param(user)
                .query((row, number) -> new Balance(row.getBigDecimal("credits"), row.getBoolean("migrated")))
                .single();
    }

    /** Pays for one operation. False where there are too few credits. */
    @Transactional
    public boolean spend(UUID user) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Balance balance = of(user);
            BigDecimal price = balance.priced(PRICE);
            if (balance.credits().compareTo(price) < 0) {
                return false;
            }
            if (move(user, price.negate(), balance.migrated())) {
                write(user, PRICE.negate());
                return true;
            }
        }
        throw new ConcurrencyFailureException("The balance was changed by others all the time; try again");
    }

    /** Buys credits for money. Whoever has none begins with the new rate, in the same transaction. */
    @Transactional
    public void topUp(UUID user, BigDecimal money) {
        joined.migrations().autoMigrateIfZeroCredits(user.toString());
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Balance balance = of(user);
            if (move(user, balance.priced(money), balance.migrated())) {
                write(user, money);
                return;
            }
        }
        throw new ConcurrencyFailureException("The balance was changed by others all the time; try again");
    }

    private boolean move(UUID user, BigDecimal credits, boolean pricedUnder) {
        return sql.sql("""
                                UPDATE users SET credits = credits + :credits
                                WHERE id = :id AND migrated = :migrated AND credits + :credits >= 0
                                """)
                        .param("credits", credits)
                        .param("id", user)
                        .param("migrated", pricedUnder)
                        .update()
                == 1;
    }

    private void write(UUID user, BigDecimal money) {
        sql.sql("INSERT INTO ledger (user_id, money) VALUES (?, ?)")
                .param(user)
                .param(money)
                .update();
    }
}
