package io.creditmigration.engine.run;

import io.creditmigration.spi.Page;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one process that work on one run: as many as its settings say now. The calling thread waits for them, and
 * ends them after the page in hand when it is interrupted.
 */
final class WorkerPool {

    private static final long LOOK_MILLIS = 200;
    private static final long BUSY_MILLIS = 50;

    private final Supplier<RunWorker<?>> workers;
    private final Consumer<RunWorker<?>> listener;
    private final List<Thread> threads = new ArrayList<>();
    private final BitSet places = new BitSet();

    private int wanted;
    private boolean ending;
    private Page.@Nullable Status end;
    private @Nullable Throwable failure;

    WorkerPool(Supplier<RunWorker<?>> workers, Consumer<RunWorker<?>> listener, int wanted) {
        this.workers = workers;
        this.listener = listener;
        this.wanted = wanted;
    }

    /** Works until the run is over or stands still. Answers how it ended; null where the calling thread was interrupted. */
    Page.@Nullable Status work() {
        boolean interrupted = watch();
        for (Thread thread : threads) {
            interrupted |= joined(thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return end;
    }

    /** Starts workers until the work ends. Answers whether the calling thread was interrupted. */
    private synchronized boolean watch() {
        while (!ending) {
            start();
            try {
                wait(LOOK_MILLIS);
            } catch (InterruptedException e) {
                ending = true;
                return true;
            }
        }
        return false;
    }

    private void start() {
        threads.removeIf(thread -> !thread.isAlive());
        for (int place = 0; place < wanted && !ending; place++) {
            if (!places.get(place)) {
                places.set(place);
                int mine = place;
                Thread thread = new Thread(() -> worked(mine), "credit-migration-run-" + (place + 1));
                thread.setDaemon(true);
                threads.add(thread);
                thread.start();
            }
        }
    }

    private void worked(int place) {
        try {
            RunWorker<?> worker = workers.get();
            while (isWanted(place, worker.settings().threads())) {
                Page.Status status = worker.step();
                switch (status) {
                    case ADVANCED, REJECTED, ENDED, CONTENDED -> listener.accept(worker);
                    case BUSY -> Thread.sleep(BUSY_MILLIS);
                    default -> end(status);
                }
            }
        } catch (InterruptedException e) {
            end(null);
        } catch (Throwable e) {
            fail(e);
        } finally {
            finish(place);
        }
    }

    private synchronized boolean isWanted(int place, int threadsNow) {
        if (wanted != threadsNow) {
            wanted = threadsNow;
            notifyAll();
        }
        return !ending && place < wanted;
    }

    private synchronized void finish(int place) {
        places.clear(place);
        notifyAll();
    }

    private synchronized void end(Page.@Nullable Status status) {
        ending = true;
        end = end == null ? status : end;
        notifyAll();
    }

    private synchronized void fail(Throwable e) {
        if (failure == null) {
            failure = e;
        } else if (failure != e) {
            failure.addSuppressed(e);
        }
        end(null);
    }

    /** Waits however often it is interrupted: a page in hand is bounded. Answers whether it was. */
    private static boolean joined(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
