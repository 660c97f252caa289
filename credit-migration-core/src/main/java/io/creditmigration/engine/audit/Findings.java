package io.creditmigration.engine.audit;

import io.creditmigration.Verification;
import io.creditmigration.Verification.Check;
import io.creditmigration.Verification.Found;
import io.creditmigration.Verification.Offender;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts what is found, and keeps the first of each kind. One thread's. */
final class Findings {

    private final Map<Check, Long> counts = new EnumMap<>(Check.class);
    private final Map<Check, List<Offender>> first = new EnumMap<>(Check.class);

    void add(Check check, @Nullable String userId, String what) {
        counts.merge(check, 1L, Long::sum);
        List<Offender> named = first.computeIfAbsent(check, none -> new ArrayList<>());
        if (named.size() < Verification.NAMED_MAX) {
            named.add(new Offender(userId, what));
        }
    }

    boolean has(Check check) {
        return counts.containsKey(check);
    }

    Map<Check, Found> found() {
        Map<Check, Found> found = new EnumMap<>(Check.class);
        counts.forEach((check, count) -> found.put(check, new Found(count, first.getOrDefault(check, List.of()))));
        return found;
    }
}
