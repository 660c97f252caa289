package io.creditmigration;

/** Tells a failure of the code that was called from one of the virtual machine. */
final class Failures {

    private Failures() {}

    /**
     * Throws what concerns the whole process: memory that has run out, a broken virtual machine, a thread that is stopped. All
     * else concerns the code that was called: its own errors, a class that it lacks, a recursion without an end.
     */
    static void rethrowFatal(Throwable failure) {
        if (failure instanceof VirtualMachineError error && !(failure instanceof StackOverflowError)) {
            throw error;
        }
        if (failure instanceof ThreadDeath death) {
            throw death;
        }
    }

    /** The message of a failure; its class where it has none, and before the mere name of a class that is missing. */
    static String describe(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getName();
        }
        return failure instanceof LinkageError ? failure.toString() : message;
    }
}
