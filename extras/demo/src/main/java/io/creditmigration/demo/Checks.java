package io.creditmigration.demo;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compares what is in the tables with what must be, by plain SQL, and says each time what was compared. */
final class Checks {

    private static final int SHOWN_USERS_MAX = 5;

    private final Screen screen;
    private final Database database;
    private boolean passed = true;
    private int made;
    private int held;

    Checks(Screen screen, Database database) {
        this.screen = screen;
        this.database = database;
    }

    /** Whether all that was checked so far held. */
    boolean passed() {
        return passed;
    }

    /** How many held, of how many. */
    String held() {
        return held + " of " + made;
    }

    private void count(boolean holds) {
        made++;
        held += holds ? 1 : 0;
        passed &= holds;
    }

    /** Something that was found out otherwise holds. */
    void that(String what, boolean holds) {
        count(holds);
        screen.check(holds, what, "");
    }

    /** The query finds exactly this number. */
    void equal(String what, BigDecimal expected, String unit, String sql, Object... parameters) {
        BigDecimal found = database.number(sql, parameters);
        boolean holds = found.compareTo(expected) == 0;
        count(holds);
        screen.check(holds, what, Screen.amount(found) + " " + unit);
        if (!holds) {
            screen.say("           expected " + Screen.amount(expected) + " " + unit);
            screen.say("           found    " + Screen.amount(found) + " " + unit);
        }
    }

    /** The query, which looks for users of whom something does not hold, finds nobody. */
    void nobody(String what, String sql, Object... parameters) {
        List<List<@Nullable Object>> found = database.rows(sql, parameters);
        count(found.isEmpty());
        screen.check(found.isEmpty(), what, Screen.number(found.size()) + " differ");
        if (!found.isEmpty()) {
            List<@Nullable Object> ids =
                    found.stream().limit(SHOWN_USERS_MAX).map(row -> row.get(0)).toList();
            screen.say("           expected nobody");
            screen.say("           found    " + Screen.number(found.size()) + ", such as user " + ids);
        }
    }
}
