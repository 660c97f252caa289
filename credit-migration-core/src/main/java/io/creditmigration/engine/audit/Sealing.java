package io.creditmigration.engine.audit;

import io.creditmigration.Actor;
import io.creditmigration.Seal;
import io.creditmigration.internal.Sha256;
import io.creditmigration.spi.SealWork;
import io.creditmigration.spi.StoredRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Computes one seal, row by row, in the form that {@code docs/sealed-log.md} tells everyone. */
final class Sealing implements SealWork {

    private final String migrationId;
    private final Actor actor;
    private final Instant at;
    private final Sha256 lines = new Sha256();
    private @Nullable Seal last;
    private long entries;

    Sealing(String migrationId, Actor actor, Instant at) {
        this.migrationId = migrationId;
        this.actor = actor;
        this.at = at;
    }

    /** Computes a seal again that was stored, to be fed with the digests that were kept of its rows. */
    static Sha256 again(String migrationId, Seal seal) {
        return headed(new Sha256(), migrationId, seal.number(), seal.previous(), seal.at(), seal.actor());
    }

    @Override
    public void begin(@Nullable Seal before) {
        last = before;
        headed(lines, migrationId, number(), before == null ? null : before.digest(), at, actor);
    }

    @Override
    public String add(StoredRow row) {
        String digest = digest(migrationId, row);
        add(lines, digest);
        entries++;
        return digest;
    }

    @Override
    public Seal end() {
        return new Seal(number(), entries, last == null ? null : last.digest(), lines.hex(), at, actor);
    }

    static void add(Sha256 lines, String digest) {
        lines.addPlain(digest + "\n");
    }

    /**
     * The digest of one row: its key, and the name and value of each column that is not NULL. So NULL and any text differ, and a
     * column that is added later changes no digest of rows that do not have it.
     */
    static String digest(String migrationId, StoredRow row) {
        List<@Nullable Object> fields = new ArrayList<>();
        fields.add(migrationId);
        fields.add(row.key().kind());
        fields.add(row.key().name());
        fields.add(row.key().number());
        row.columns().forEach((column, value) -> {
            fields.add(column);
            fields.add(value);
        });
        return digest(fields.toArray());
    }

    private int number() {
        return last == null ? 1 : last.number() + 1;
    }

    private static Sha256 headed(
            Sha256 lines, String migrationId, int number, @Nullable String previous, Instant at, Actor actor) {
        add(lines, digest(migrationId, number, previous, StoredRow.text(at), actor.kind(), actor.name()));
        return lines;
    }

    /** Each field behind its length in bytes, so that no two lists of fields give the same text. */
    private static String digest(@Nullable Object... fields) {
        Sha256 sha256 = new Sha256();
        for (Object field : fields) {
            String text = Objects.toString(field, null);
            sha256.addPlain(text == null ? "-," : text.getBytes(StandardCharsets.UTF_8).length + ":" + text + ",");
        }
        return sha256.hex();
    }
}
