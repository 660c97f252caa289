package io.creditmigration.command;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A line over time in the coordinates of one drawing. There are two drawings, so that the letters of one stay legible on a
 * phone.
 *
 * @param name of the drawing, for its ids and its class
 * @param width of the drawing
 * @param height of the drawing
 * @param line the points of the line
 * @param area the same, closed along the axis
 * @param left where the axes meet
 * @param right where the time axis ends
 * @param base where the axes meet
 * @param ticksX marks of the time axis
 * @param ticksY marks of the axis of users
 */
record TimePlot(
        String name,
        int width,
        int height,
        String line,
        String area,
        int left,
        int right,
        int base,
        List<Tick> ticksX,
        List<Tick> ticksY) {

    /**
     * A mark of an axis.
     *
     * @param at where
     * @param textAt where its text is, across the axis
     * @param anchor how its text is aligned
     * @param text what it says
     */
    record Tick(String at, String textAt, String anchor, String text) {}

    private static final int TOP = 28;
    private static final int BOTTOM = 46;
    private static final int MARGIN_RIGHT = 16;
    private static final int LETTER = 8;
    private static final int TICKS_Y = 4;
    private static final int[] STEPS = {1, 2, 5, 10};

    static TimePlot of(String name, int width, int height, int ticks, List<Timeline.Point> points) {
        long most = points.stream().mapToLong(Timeline.Point::users).max().orElse(0);
        long step = stepFor(most);
        long top = Math.max(step, (most + step - 1) / step * step);
        int left = 12 + LETTER * Output.number(top).length();
        Instant from = points.get(0).at();
        Instant to = points.get(points.size() - 1).at();
        int right = width - MARGIN_RIGHT;
        int base = height - BOTTOM;
        long millis = Math.max(1, Duration.between(from, to).toMillis());
        StringBuilder line = new StringBuilder();
        for (Timeline.Point point : points) {
            double x = left
                    + (double) (right - left)
                            * Duration.between(from, point.at()).toMillis()
                            / millis;
            double y = base - (double) (base - TOP) * point.users() / top;
            line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
        }
        List<Tick> ticksY = new ArrayList<>();
        for (long users = 0; users <= top; users += step) {
            double y = base - (double) (base - TOP) * users / top;
            ticksY.add(new Tick(
                    String.format(Locale.ROOT, "%.1f", y),
                    String.format(Locale.ROOT, "%.1f", y + 4),
                    "end",
                    Output.number(users)));
        }
        List<Tick> ticksX = new ArrayList<>();
        DateTimeFormatter format = formatFor(from, to);
        for (int i = 0; i < ticks; i++) {
            double x = left + (double) (right - left) * i / (ticks - 1);
            Instant at = from.plusMillis(millis * i / (ticks - 1));
            ticksX.add(new Tick(
                    String.format(Locale.ROOT, "%.1f", x),
                    String.valueOf(base + 18),
                    i == 0 ? "start" : i == ticks - 1 ? "end" : "middle",
                    format.format(at)));
        }
        String text = line.toString().strip();
        return new TimePlot(
                name,
                width,
                height,
                text,
                left + "," + base + " " + text + " " + right + "," + base,
                left,
                right,
                base,
                ticksX,
                ticksY);
    }

    /** A round number of users that divides the axis in about four. */
    private static long stepFor(long most) {
        long power = 1;
        while (power * 10 * TICKS_Y < most) {
            power *= 10;
        }
        for (int step : STEPS) {
            if (step * power * TICKS_Y >= most) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static DateTimeFormatter formatFor(Instant from, Instant to) {
        Duration span = Duration.between(from, to);
        String pattern = span.toHours() < 1
                ? "HH:mm:ss"
                : span.toDays() < 1 ? "HH:mm" : span.toDays() < 4 ? "d MMM HH:mm" : "d MMM yyyy";
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }
}
