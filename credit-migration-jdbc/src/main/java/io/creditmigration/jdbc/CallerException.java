package io.creditmigration.jdbc;

import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.PageWork;
import java.util.List;
import java.util.Optional;

/** What the caller's own part of a page has thrown, on its way through the transaction: no failure of the store. */
final class CallerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final RuntimeException failure;

    private CallerException(RuntimeException failure) {
        super(failure);
        this.failure = failure;
    }

    RuntimeException failure() {
        return failure;
    }

    /** The same work, whose exceptions are known from those of pools and drivers. */
    static PageWork marking(PageWork work) {
        return new PageWork() {
            @Override
            public Decided decide(Users users) {
                try {
                    return work.decide(users);
                } catch (RuntimeException e) {
                    throw new CallerException(e);
                }
            }

            @Override
            public Optional<Counted> count(List<CommitResult> results) {
                try {
                    return work.count(results);
                } catch (RuntimeException e) {
                    throw new CallerException(e);
                }
            }
        };
    }
}
