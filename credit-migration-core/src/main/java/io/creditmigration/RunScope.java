package io.creditmigration;

import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Whom a run is for. Its name is stored: an unfinished run is gone on with by whoever asks for one of the same scope.
 * Immutable.
 *
 * @param kind which users are looked at
 * @param includeExempt whether users exempt from conversions are migrated too
 * @param list for {@link Kind#LISTED} what tells one list from another; empty otherwise
 */
public record RunScope(Kind kind, boolean includeExempt, String list) {

    /** Which users are looked at. */
    public enum Kind {
        /** Everybody whom no other rule leaves alone. */
        EVERYONE,
        /**
         * Users without credits: a balance of zero or none, and no reservations. The others are not looked at and not counted,
         * and left alone even where nobody has to confirm.
         */
        ZERO_CREDITS,
        /** Users marked FAILED, who are tried again. */
        FAILED,
        /** The users of a list; FAILED ones are tried again. */
        LISTED
    }

    private static final String WITH_EXEMPT = "+exempt";
    private static final int LIST_DIGITS = 16;

    /** Everybody but exempt users. */
    public static RunScope everyone() {
        return new RunScope(Kind.EVERYONE, false, "");
    }

    /** Users without credits. */
    public static RunScope zeroCreditsOnly() {
        return new RunScope(Kind.ZERO_CREDITS, false, "");
    }

    /** Users marked FAILED. */
    public static RunScope failedOnly() {
        return new RunScope(Kind.FAILED, false, "");
    }

    /** The users of this list, in whatever order and however often they are named. */
    static RunScope listed(Collection<String> userIds) {
        Sha256 sha256 = new Sha256();
        new TreeSet<>(userIds).forEach(sha256::add);
        return new RunScope(Kind.LISTED, false, sha256.hex().substring(0, LIST_DIGITS));
    }

    /** The same, with exempt users. */
    public RunScope withExempt() {
        return new RunScope(kind, true, list);
    }

    /** The scope of this stored name. */
    public static RunScope of(String name) {
        boolean exempt = name.endsWith(WITH_EXEMPT);
        String rest = exempt ? name.substring(0, name.length() - WITH_EXEMPT.length()) : name;
        int colon = rest.indexOf(':');
        String kind = colon < 0 ? rest : rest.substring(0, colon);
        try {
            return new RunScope(
                    Kind.valueOf(kind.toUpperCase(Locale.ROOT).replace('-', '_')),
                    exempt,
                    colon < 0 ? "" : rest.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            throw new InvalidValueException(
                    "scope", name, "everyone, zero-credits, failed or listed:…, each with or without +exempt");
        }
    }

    /** The name under which it is stored, such as {@code zero-credits+exempt}. */
    public String name() {
        String plain = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return plain + (list.isEmpty() ? "" : ":" + list) + (includeExempt ? WITH_EXEMPT : "");
    }

    /** Whether who failed before is tried again: an operator has named them. */
    boolean retriesFailed() {
        return kind == Kind.FAILED || kind == Kind.LISTED;
    }
}
