package io.creditmigration.spring;

import io.creditmigration.MigrationService;
import io.creditmigration.Rollout;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up while the store answers. A run that is paused and a halt are decisions of operators and details of an application that is well;
 * a load balancer must not take nodes away for them.
 */
final class MigrationHealthIndicator extends AbstractHealthIndicator {

    private final MigrationService migrations;

    MigrationHealthIndicator(MigrationService migrations) {
        super("The migration's store does not answer");
        this.migrations = migrations;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        Rollout rollout = migrations.rollout();
        health.up()
                .withDetail("migration", migrations.migration().id())
                .withDetail("rolloutPercent", rollout.percent())
                .withDetail("halted", rollout.halted());
        migrations.runs().latest().ifPresent(run -> health.withDetail("run", run.state()));
    }
}
