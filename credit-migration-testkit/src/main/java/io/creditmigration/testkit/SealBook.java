package io.creditmigration.testkit;

import io.creditmigration.Seal;
import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.SealedLine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The seals of one migration in the store in memory, and the digests that were kept with them. */
final class SealBook {

    private final Comparator<LogLine.Key> byKey;
    private final List<Seal> seals = new ArrayList<>();
    private final NavigableMap<LogLine.Key, SealedLine> sealed;

    SealBook(Comparator<String> byUserId) {
        this.byKey = Comparator.comparing(LogLine.Key::userId, byUserId)
                .thenComparing(LogLine.Key::attempt)
                .thenComparing(LogLine.Key::kind);
        this.sealed = new TreeMap<>(byKey);
    }

    List<Seal> seals() {
        return List.copyOf(seals);
    }

    List<SealedLine> sealed(List<LogLine> log, LogLine.@Nullable Key after, int limit) {
        NavigableMap<LogLine.Key, LogLine> now = new TreeMap<>(byKey);
        log.forEach(line -> now.put(line.key(), line));
        return (after == null ? sealed : sealed.tailMap(after, false))
                .values().stream()
                        .limit(limit)
                        .map(line -> new SealedLine(line.seal(), line.key(), line.digest(), now.get(line.key())))
                        .toList();
    }

    List<LogLine> unsealed(List<LogLine> log, LogLine.@Nullable Key after, int limit) {
        return log.stream()
                .filter(line -> !sealed.containsKey(line.key()))
                .filter(line -> after == null || byKey.compare(line.key(), after) > 0)
                .sorted(Comparator.comparing(LogLine::key, byKey))
                .limit(limit)
                .toList();
    }

    Seal seal(List<LogLine> log, SealWork work) {
        Seal last = seals.isEmpty() ? null : seals.get(seals.size() - 1);
        List<LogLine> lines = unsealed(log, null, Integer.MAX_VALUE);
        if (lines.isEmpty() && last != null) {
            return last;
        }
        work.begin(last);
        for (LogLine line : lines) {
            sealed.put(line.key(), new SealedLine(seals.size() + 1, line.key(), work.add(line), null));
        }
        seals.add(work.end());
        return seals.get(seals.size() - 1);
    }

    @Override
    public String toString() {
        return seals + " " + sealed;
    }
}
