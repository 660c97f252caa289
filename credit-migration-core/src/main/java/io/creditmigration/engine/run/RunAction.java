package io.creditmigration.engine.run;

import io.creditmigration.engine.decide.Decision;
import io.creditmigration.spi.UserState;
import java.time.Instant;

/** What a run does to each user: the one thing in which runs differ. Pure but for what it has learnt before a page. */
interface RunAction<R> {

    /** Comes before a page, outside its transaction. */
    void begin();

    Decision<R> decide(UserState user, Instant now);

    /** Of a user whom the store refuses though alone on a page: what is to be done instead. */
    Decision<R> refused(UserState user, String message);

    /** Whether the halt switch was found turned, so that the page is not to be written. */
    boolean isHalted(R answer);

    /** Whether it counts as a failure of the run. */
    boolean isFailure(R answer);

    /** Whether the user is to be met again when others are done with it. */
    boolean isContended(R answer);

    void count(R answer, TallySum sum);

    /** Counts a user whom others kept changing. */
    void countContended(TallySum sum);

    /** Comes after a page that was committed. */
    void end();
}
