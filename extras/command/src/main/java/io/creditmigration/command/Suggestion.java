package io.creditmigration.command;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known word that somebody may have meant by one that is not known. */
final class Suggestion {

    /** One typing mistake in so many letters, and one more. */
    private static final int LETTERS_PER_MISTAKE = 4;

    private Suggestion() {}

    /** Words to be put behind an error: the word that is near, or all where none is. */
    static String of(String word, Collection<String> known) {
        return nearest(word, known)
                .map(near -> "; did you mean '" + near + "'?")
                .orElseGet(() -> "; known are " + String.join(", ", known));
    }

    private static Optional<String> nearest(String word, Collection<String> known) {
        return known.stream()
                .filter(one -> distance(word, one) <= 1 + Math.min(word.length(), one.length()) / LETTERS_PER_MISTAKE)
                .min(Comparator.comparingInt(one -> distance(word, one)));
    }

    /** How many letters have to be put in, taken out or replaced. */
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = before[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(before[j], row[j - 1]));
            }
            before = row;
        }
        return before[other.length()];
    }
}
