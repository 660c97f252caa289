package io.creditmigration.testkit;

import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.PageWork;
import java.util.List;
import java.util.Optional;

/** Work on a page that is done by another, but for what is overridden. */
class DelegatingWork implements PageWork {

    private final PageWork work;

    DelegatingWork(PageWork work) {
        this.work = work;
    }

    @Override
    public Decided decide(Users users) {
        return work.decide(users);
    }

    @Override
    public Optional<Counted> count(List<CommitResult> results) {
        return work.count(results);
    }
}
