package io.creditmigration;

import io.creditmigration.spi.LogLine;
import io.creditmigration.spi.SealWork;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Computes one seal, line by line, in the form that {@code docs/sealed-log.md} tells everybody. */
final class Sealing implements SealWork {

    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

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

    /** Computes a seal again that was stored, to be fed with the digests that were kept of its lines. */
    static Sha256 again(String migrationId, Seal seal) {
        return headed(new Sha256(), migrationId, seal.number(), seal.previous(), seal.at(), seal.actor());
    }

    @Override
    public void begin(@Nullable Seal before) {
        last = before;
        headed(lines, migrationId, number(), before == null ? null : before.digest(), at, actor);
    }

    @Override
    public String add(LogLine line) {
        String digest = digest(migrationId, line);
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

    /** The digest of one line of the log. */
    static String digest(String migrationId, LogLine line) {
        return digest(
                migrationId,
                line.userId(),
                line.attempt(),
                line.kind(),
                plain(line.oldCredits()),
                plain(line.newCredits()),
                plain(line.oldRate()),
                plain(line.newRate()),
                plain(line.residual()),
                line.actorKind(),
                line.actor(),
                MICROS.format(line.at()),
                line.reason());
    }

    private int number() {
        return last == null ? 1 : last.number() + 1;
    }

    private static Sha256 headed(
            Sha256 lines, String migrationId, int number, @Nullable String previous, Instant at, Actor actor) {
        add(lines, digest(migrationId, number, previous, MICROS.format(at), actor.kind(), actor.name()));
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

    private static @Nullable String plain(@Nullable BigDecimal number) {
        if (number == null) {
            return null;
        }
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
