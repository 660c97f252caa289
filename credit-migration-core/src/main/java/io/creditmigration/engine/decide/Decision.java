package io.creditmigration.engine.decide;

import io.creditmigration.UserMigration;
import io.creditmigration.spi.UserChange;
import java.util.function.Function;

/** What was decided of one user: an answer at once, or a change and the answer once it is committed. */
public sealed interface Decision<R> {

    /** Nothing to write. */
    record Answer<R>(R result) implements Decision<R> {}

    /** Something to write, and what to answer with the record as committed. */
    record Write<R>(UserChange change, Function<UserMigration, R> committed) implements Decision<R> {}
}
