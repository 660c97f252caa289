package io.creditmigration.spi;

import io.creditmigration.Seal;
import org.jspecify.annotations.Nullable;

/** What the library does inside {@link AuditStore#seal}, while the store holds the transaction. Pure. */
public interface SealWork {

    /** Begins a seal that follows this one; null where it is the first. Called once, before all else. */
    void begin(@Nullable Seal last);

    /** The digest to keep for this row. Called for each row that no seal has yet, in the order of their keys. */
    String add(StoredRow row);

    /** The seal over all that was added. Called once, after all else. */
    Seal end();
}
