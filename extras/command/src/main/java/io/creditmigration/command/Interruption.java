package io.creditmigration.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C. Where nothing is being written the process ends at once; where a run is under way it ends after the page in hand, and
 * after it was said how to go on.
 */
final class Interruption implements AutoCloseable {

    private static final int PAGE_SECONDS_MAX = 60;

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "credit-migration-stop");
    private volatile boolean gentle;
    private volatile boolean asked;

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on the page in hand is waited for. */
    void waitForPages() {
        gentle = true;
    }

    /** Whether somebody wants the process to end. */
    boolean isAsked() {
        return asked;
    }

    private void stop() {
        if (!gentle) {
            return;
        }
        asked = true;
        worker.interrupt();
        try {
            ended.await(PAGE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, as it was asked to.
            gentle = false;
        }
    }
}
