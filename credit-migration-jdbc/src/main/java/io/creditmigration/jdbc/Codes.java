package io.creditmigration.jdbc;

import io.creditmigration.Actor;
import io.creditmigration.JournalLine;
import io.creditmigration.MigrationStatus;
import io.creditmigration.Trigger;
import io.creditmigration.spi.StoredRow;
import java.util.Arrays;
import java.util.function.Function;

/** The letters that the journal keeps for words, and the numbers of sealed rows. */
final class Codes {

    private Codes() {}

    static String of(JournalLine.Kind kind) {
        return switch (kind) {
            case MIGRATED -> "M";
            case FAILED -> "F";
            case ROLLED_BACK -> "B";
            case REOPENED -> "O";
            case CAUGHT_UP -> "U";
            case RECONCILED -> "X";
        };
    }

    static String of(MigrationStatus status) {
        return switch (status) {
            case PENDING -> "P";
            case IN_PROGRESS -> "I";
            case COMPLETED -> "C";
            case FAILED -> "F";
            case ROLLED_BACK -> "R";
        };
    }

    static String of(Trigger trigger) {
        return switch (trigger) {
            case REQUEST -> "Q";
            case DASHBOARD -> "D";
            case PURCHASE -> "P";
            case RUN -> "R";
            case CONFIRMATION -> "K";
            case OPERATOR -> "O";
        };
    }

    static String of(Actor.Kind kind) {
        return switch (kind) {
            case AUTOMATIC -> "A";
            case USER -> "U";
            case OPERATOR -> "O";
        };
    }

    /** In the order of keys. */
    static int of(StoredRow.Kind kind) {
        return switch (kind) {
            case DEFINITION -> 0;
            case RUN -> 1;
            case LINE -> 2;
        };
    }

    static StoredRow.Kind rowKind(int code) {
        return value(StoredRow.Kind.values(), kind -> String.valueOf(of(kind)), String.valueOf(code));
    }

    static JournalLine.Kind kind(String code) {
        return value(JournalLine.Kind.values(), Codes::of, code);
    }

    static MigrationStatus status(String code) {
        return value(MigrationStatus.values(), Codes::of, code);
    }

    static Trigger trigger(String code) {
        return value(Trigger.values(), Codes::of, code);
    }

    static Actor.Kind actorKind(String code) {
        return value(Actor.Kind.values(), Codes::of, code);
    }

    private static <E extends Enum<E>> E value(E[] values, Function<E, String> codes, String code) {
        return Arrays.stream(values)
                .filter(value -> codes.apply(value).equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + code + "' is no code of the journal"));
    }
}
