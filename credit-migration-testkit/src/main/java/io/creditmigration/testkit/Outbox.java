package io.creditmigration.testkit;

import io.creditmigration.DeadLetter;
import io.creditmigration.spi.NoticeStore.Backlog;
import io.creditmigration.spi.NoticeStore.Leased;
import io.creditmigration.spi.NoticeStore.Settlement;
import io.creditmigration.spi.NoticeStore.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What becomes of notices in the store in memory once they are queued. */
final class Outbox {

    private int leases;

    List<Leased> lease(
            Map<String, Account> accounts, int limit, Instant now, Instant until, Predicate<StoredNotice> held) {
        List<StoredNotice> due = inOrder(accounts)
                .filter(notice -> notice.isDue(now) && held.negate().test(notice))
                .limit(limit)
                .toList();
        List<Leased> leased = new ArrayList<>();
        for (StoredNotice notice : due) {
            StoredNotice taken = notice.leased("lease-" + ++leases, until);
            Objects.requireNonNull(accounts.get(taken.notice().userId()), "account")
                    .notices
                    .put(taken.notice().id(), taken);
            leased.add(new Leased(taken.notice(), "lease-" + leases, taken.deliveries()));
        }
        return leased;
    }

    boolean holds(Account account, Leased leased, Predicate<StoredNotice> held) {
        StoredNotice stored = account.notices.get(leased.notice().id());
        return stored != null
                && stored.state() == State.QUEUED
                && held.negate().test(stored)
                && leased.lease().equals(stored.lease());
    }

    boolean settle(Account account, Leased leased, Settlement settlement) {
        String id = leased.notice().id();
        StoredNotice stored = account.notices.get(id);
        if (stored == null || !leased.lease().equals(stored.lease())) {
            return false;
        }
        if (stored.state() != null || settlement.state() == State.SENT) {
            account.notices.put(id, stored.settled(leased, settlement));
        }
        return stored.state() != null || settlement.state() == State.SENT;
    }

    Backlog backlog(Map<String, Account> accounts, Instant now) {
        List<StoredNotice> all = inOrder(accounts).toList();
        long queued =
                all.stream().filter(notice -> notice.state() == State.QUEUED).count();
        long due = all.stream().filter(notice -> notice.isDue(now)).count();
        long dead = all.stream().filter(notice -> notice.state() == State.DEAD).count();
        return new Backlog(due, queued - due, dead);
    }

    List<DeadLetter> deadLetters(Map<String, Account> accounts, int limit) {
        return inOrder(accounts)
                .filter(notice -> notice.state() == State.DEAD)
                .limit(limit)
                .map(notice -> new DeadLetter(
                        notice.notice(), notice.deliveries(), Objects.requireNonNull(notice.error(), "error")))
                .toList();
    }

    boolean requeue(Account account, DeadLetter letter, Instant due) {
        StoredNotice stored = account.notices.get(letter.notice().id());
        if (stored == null || stored.state() != State.DEAD) {
            return false;
        }
        account.notices.put(letter.notice().id(), StoredNotice.queued(stored.notice(), due, stored.run()));
        return true;
    }

    private static Stream<StoredNotice> inOrder(Map<String, Account> accounts) {
        return accounts.values().stream()
                .flatMap(account -> account.notices.values().stream())
                .sorted(Comparator.comparing(StoredNotice::at));
    }
}
