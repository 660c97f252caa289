package io.creditmigration.internal;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads pages in the order of a key: each page begins after the last key of the page before it. */
public final class Keyset {

    private Keyset() {}

    /**
     * The key after which the next page begins: the last row's, or {@code before} if the page is empty.
     *
     * @throws IllegalStateException if the key did not change, since reading on would never end
     */
    public static <R, K> @Nullable K after(List<R> page, Function<R, K> key, @Nullable K before) {
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
