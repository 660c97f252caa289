package io.creditmigration.micrometer;

import io.creditmigration.MigrationRun;
import io.creditmigration.MigrationService;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Rollout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One reading of where a migration stands. Shares are numbers for a plot; no amount of credits is among them. */
record Standing(
        Map<MigrationStatus, Long> users,
        Rollout rolledOut,
        @Nullable MigrationRun run) {

    private static final double HUNDRED = 100;

    static Standing of(MigrationService migrations) {
        return new Standing(
                migrations.runs().usersByStatus(),
                migrations.rollout(),
                migrations.runs().latest().orElse(null));
    }

    double users(MigrationStatus status) {
        return users.getOrDefault(status, 0L);
    }

    double isRun(MigrationRun.State state) {
        return run != null && run.state() == state ? 1 : 0;
    }

    double done() {
        return run == null ? 0 : run.progress().percent() / HUNDRED;
    }

    double left() {
        return run == null ? 0 : run.progress().toDo();
    }

    /** Zero where the run stands still, whatever its pace was. */
    double rate() {
        return run == null || run.state() != MigrationRun.State.RUNNING
                ? 0
                : run.progress().usersPerSecond();
    }

    double rollout() {
        return rolledOut.percent() / HUNDRED;
    }

    double halted() {
        return rolledOut.halted() ? 1 : 0;
    }
}
