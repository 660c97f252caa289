package io.creditmigration.engine.run;

/**
 * How failures follow each other among users of one page, or of one page after the other. Immutable.
 *
 * @param leading failures before the first success
 * @param longest the longest row of failures
 * @param trailing failures after the last success
 * @param broken whether there was a success
 */
record Streak(int leading, int longest, int trailing, boolean broken) {

    static final Streak NONE = new Streak(0, 0, 0, false);

    Streak failure() {
        int row = trailing + 1;
        return new Streak(broken ? leading : row, Math.max(longest, row), row, broken);
    }

    Streak success() {
        return new Streak(leading, longest, 0, true);
    }

    /** This one, and then the other. */
    Streak then(Streak next) {
        int row = trailing + next.leading;
        return new Streak(
                broken ? leading : row,
                Math.max(row, Math.max(longest, next.longest)),
                next.broken ? next.trailing : row,
                broken || next.broken);
    }
}
