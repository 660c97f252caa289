package io.creditmigration;

/**
 * What a host says of itself while a run goes on: replication lag, queue length, error rate. Asked about once a second by one
 * of the run's threads at a time; what it throws counts as {@link Health.Level#SLOW_DOWN}.
 */
@FunctionalInterface
public interface HealthSignal {

    /** How the host is now. Should answer at once: the thread that asks does no pages meanwhile. */
    Health check() throws Exception;
}
