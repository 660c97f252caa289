package io.creditmigration.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many users were in the new regime when. Events are counted in periods of one second, which double until there are few
 * enough: a migration may take a second or a year.
 */
final class Timeline {

    private static final int PERIODS_MAX = 240;

    private TreeMap<Long, Long> changes = new TreeMap<>();
    private long seconds = 1;

    /**
     * Where it stood.
     *
     * @param at the end of a period
     * @param users how many users were in the new regime
     */
    record Point(Instant at, long users) {}

    /** A user who came, or who went back. */
    void add(Instant at, int users) {
        changes.merge(Math.floorDiv(at.getEpochSecond(), seconds), (long) users, Long::sum);
        while (changes.size() > PERIODS_MAX) {
            TreeMap<Long, Long> wider = new TreeMap<>();
            changes.forEach((period, sum) -> wider.merge(Math.floorDiv(period, 2L), sum, Long::sum));
            changes = wider;
            seconds *= 2;
        }
    }

    /** From nobody on; empty where nothing has happened. */
    List<Point> points() {
        List<Point> points = new ArrayList<>();
        long users = 0;
        for (Map.Entry<Long, Long> change : changes.entrySet()) {
            if (points.isEmpty()) {
                points.add(new Point(Instant.ofEpochSecond(change.getKey() * seconds), 0));
            }
            users += change.getValue();
            points.add(new Point(Instant.ofEpochSecond((change.getKey() + 1) * seconds), users));
        }
        return points;
    }

    long periodSeconds() {
        return seconds;
    }
}
