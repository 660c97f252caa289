package io.creditmigration;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages in the order of a key, each of them after the last key of the one before. */
final class Keyset {

    private Keyset() {}

    /**
     * The key that the next page comes after: that of this page's last row, or the one before where the page is empty.
     *
     * @throws IllegalStateException when it is the same again; whoever goes on would do so for ever
     */
    static <R, K> @Nullable K after(List<R> page, Function<R, K> key, @Nullable K before) {
        if (page.isEmpty()) {
            return before;
        }
        K last = key.apply(page.get(page.size() - 1));
        if (last.equals(before)) {
            throw new IllegalStateException("The page after " + before + " ends with it, so that there would be no end;"
                    + " the store does not compare keys as it shows them");
        }
        return last;
    }
}
