package io.creditmigration.spi;

import io.creditmigration.Tally;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the library does inside {@link RunStore#page}, while the store holds the transaction. Pure. */
public interface PageWork {

    /**
     * What was read for a page.
     *
     * @param users the users, in key order
     * @param left for the sweep, the stored ids of those whom the first pass had to leave
     * @param sweep whether this is the sweep
     */
    record Users(List<UserState> users, Set<String> left, boolean sweep) {}

    /**
     * What is to be written.
     *
     * @param users how many of the users, from the first on, this page takes; at least one
     * @param changes the changes for them, in their order
     */
    record Decided(int users, List<UserChange> changes) {}

    /**
     * What is to be kept with the page.
     *
     * @param tally the outcomes of its users, to be added to the range's
     * @param left the stored ids of users to be left to the sweep
     */
    record Counted(Tally tally, Set<String> left) {}

    /** What to write for these users. Called once, with at least one user. */
    Decided decide(Users users);

    /**
     * What became of them, from one result per change in the order of the changes. Empty asks the store to roll the page
     * back and to answer {@link Page.Status#CONTENDED}.
     */
    Optional<Counted> count(List<CommitResult> results);
}
