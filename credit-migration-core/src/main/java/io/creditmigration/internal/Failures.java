package io.creditmigration.internal;

import io.creditmigration.StoreException;
import org.jspecify.annotations.Nullable;

/** What a failure means: for the process, in words, and after a commit whose answer was lost. */
public final class Failures {

    private Failures() {}

    /**
     * Throws the failure if it concerns the whole process: no memory, a broken virtual machine, a stopped thread. Returns if it
     * concerns the called code only: its own errors, a missing class, an endless recursion.
     */
    public static void rethrowFatal(Throwable failure) {
        if (failure instanceof VirtualMachineError error && !(failure instanceof StackOverflowError)) {
            throw error;
        }
        if (failure instanceof ThreadDeath death) {
            throw death;
        }
    }

    /**
     * What a failure means after a commit whose answer was lost: it is still not known whether that commit was written.
     *
     * @param lost the failure of that commit; null where none was lost
     */
    public static RuntimeException since(@Nullable StoreException lost, RuntimeException failure) {
        if (lost == null
                || (failure instanceof StoreException store && store.kind() == StoreException.Kind.OUTCOME_UNKNOWN)) {
            return failure;
        }
        StoreException unknown = new StoreException(
                StoreException.Kind.OUTCOME_UNKNOWN,
                lost.getMessage() + "; whether it was written could not be read: " + describe(failure),
                failure);
        unknown.addSuppressed(lost);
        return unknown;
    }

    /** The message of a failure, with its class where the message alone would not tell what happened. */
    public static String describe(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getName();
        }
        return failure instanceof LinkageError ? failure.toString() : message;
    }
}
