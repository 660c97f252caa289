package io.creditmigration.testkit;

import io.creditmigration.Tally;
import io.creditmigration.spi.CommitResult;
import io.creditmigration.spi.PageWork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Work on pages that changes nothing and remembers whom it met, and in which pass. */
final class OnlyLooking implements PageWork {

    final List<String> first = new ArrayList<>();
    final List<String> sweep = new ArrayList<>();

    @Override
    public Decided decide(Users users) {
        users.users()
                .forEach(state ->
                        (users.sweep() ? sweep : first).add(state.user().userId()));
        return new Decided(users.users().size(), List.of());
    }

    @Override
    public Optional<Counted> count(List<CommitResult> results) {
        return Optional.of(new Counted(Tally.NOBODY, Set.of()));
    }
}
