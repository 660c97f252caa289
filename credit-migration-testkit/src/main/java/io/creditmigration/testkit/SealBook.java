package io.creditmigration.testkit;

import io.creditmigration.Seal;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.SealedRow;
import io.creditmigration.spi.StoredRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The seals of one migration in the store in memory, and the digests that were kept with them. */
final class SealBook {

    private final Comparator<StoredRow.Key> byKey;
    private final List<Seal> seals = new ArrayList<>();
    private final NavigableMap<StoredRow.Key, SealedRow> sealed;

    SealBook(Comparator<String> byName) {
        this.byKey = Comparator.comparing(StoredRow.Key::kind)
                .thenComparing(StoredRow.Key::name, byName)
                .thenComparing(StoredRow.Key::number);
        this.sealed = new TreeMap<>(byKey);
    }

    List<Seal> seals() {
        return List.copyOf(seals);
    }

    @Nullable
    Seal last() {
        return seals.isEmpty() ? null : seals.get(seals.size() - 1);
    }

    List<SealedRow> sealed(List<StoredRow> stored, StoredRow.@Nullable Key after, int limit) {
        NavigableMap<StoredRow.Key, StoredRow> now = new TreeMap<>(byKey);
        stored.forEach(row -> now.put(row.key(), row));
        return (after == null ? sealed : sealed.tailMap(after, false))
                .values().stream()
                        .limit(limit)
                        .map(row -> new SealedRow(row.seal(), row.key(), row.digest(), now.get(row.key())))
                        .toList();
    }

    List<StoredRow> unsealed(List<StoredRow> stored, StoredRow.@Nullable Key after, int limit) {
        return stored.stream()
                .filter(row -> !sealed.containsKey(row.key()))
                .filter(row -> after == null || byKey.compare(row.key(), after) > 0)
                .sorted(Comparator.comparing(StoredRow::key, byKey))
                .limit(limit)
                .toList();
    }

    Seal seal(List<StoredRow> stored, SealWork work) {
        Seal last = last();
        List<StoredRow> rows = unsealed(stored, null, Integer.MAX_VALUE);
        if (rows.isEmpty() && last != null) {
            return last;
        }
        work.begin(last);
        for (StoredRow row : rows) {
            sealed.put(row.key(), new SealedRow(seals.size() + 1, row.key(), work.add(row), null));
        }
        seals.add(work.end());
        return seals.get(seals.size() - 1);
    }

    @Override
    public String toString() {
        return seals + " " + sealed;
    }
}
