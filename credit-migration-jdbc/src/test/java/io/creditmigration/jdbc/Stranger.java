package io.creditmigration.jdbc;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Computes seals again from plain SQL and what {@code docs/sealed-log.md} says, with nothing of the library's.
 *
 * <p>A row's digest is SHA-256 over fields, each as its length in bytes, a colon, the field and a comma: migration id, kind of
 * row, name, number, and for each column that is not NULL its name and its value. A seal's is SHA-256 over lines: the digest of
 * the seal's own fields, and the digests of its rows in the order of kind, name and number.
 */
final class Stranger {

    private static final Map<String, String> KINDS =
            Map.of("M", "MIGRATED", "F", "FAILED", "B", "ROLLED_BACK", "O", "REOPENED", "U", "CAUGHT_UP");
    private static final Map<String, String> STATUSES =
            Map.of("P", "PENDING", "I", "IN_PROGRESS", "C", "COMPLETED", "F", "FAILED", "R", "ROLLED_BACK");
    private static final Map<String, String> CAUSES =
            Map.of("Q", "REQUEST", "D", "DASHBOARD", "P", "PURCHASE", "R", "RUN", "K", "CONFIRMATION", "O", "OPERATOR");
    private static final Map<String, String> ACTORS = Map.of("A", "AUTOMATIC", "U", "USER", "O", "OPERATOR");

    private static final List<String> COLUMNS = List.of(
            "at",
            "run",
            "attempt",
            "kind",
            "status",
            "cause",
            "old_credits",
            "new_credits",
            "host_state",
            "figures_line",
            "granted",
            "consumed",
            "copied",
            "operations",
            "days",
            "old_rate",
            "new_rate",
            "actor_kind",
            "actor",
            "reason",
            "error",
            "hold",
            "answer",
            "unit",
            "unit_at",
            "attributes",
            "bonus");

    private final TestSql sql;
    private final TestDatabase database;

    Stranger(TestSql sql, TestDatabase database) {
        this.sql = sql;
        this.database = database;
    }

    /** The digest of a seal. */
    String digest(String migrationId, int number) {
        Map<String, @Nullable Object> seal = rows(
                        "SELECT * FROM credit_migration_seal WHERE migration_id = ? AND number = ?",
                        migrationId,
                        number)
                .get(0);
        StringBuilder lines = new StringBuilder();
        lines.append(sha256(fields(
                        migrationId,
                        String.valueOf(number),
                        text(seal, "previous"),
                        time(seal, "sealed_at"),
                        text(seal, "actor_kind"),
                        text(seal, "actor"))))
                .append('\n');
        digestsOfRows(migrationId, number)
                .values()
                .forEach(digest -> lines.append(digest).append('\n'));
        return sha256(lines.toString());
    }

    /** The digests that were kept of a seal's rows, by row. */
    Map<String, String> digestsKept(String migrationId, int number) {
        Map<String, String> digests = new LinkedHashMap<>();
        for (Map<String, @Nullable Object> row : rows(
                "SELECT kind, name, number, digest FROM credit_migration_sealed WHERE migration_id = ? AND seal = ?"
                        + " ORDER BY kind, name, number",
                migrationId,
                number)) {
            digests.put(row.get("kind") + "/" + row.get("name") + "/" + row.get("number"), text(row, "digest"));
        }
        return digests;
    }

    /** The digests of a seal's rows as they are now, by row, in the order of the seal. */
    Map<String, String> digestsOfRows(String migrationId, int seal) {
        Map<String, String> digests = new LinkedHashMap<>();
        for (Map<String, @Nullable Object> row : rows("""
                SELECT d.* FROM credit_migration_definition d
                JOIN credit_migration_sealed s ON s.migration_id = d.id AND s.kind = 0 AND s.name = d.id
                WHERE d.id = ? AND s.seal = ?
                """, migrationId, seal)) {
            List<@Nullable String> fields = key(migrationId, "DEFINITION", migrationId, 0);
            add(fields, "number", text(row, "number"));
            add(fields, "fingerprint", text(row, "fingerprint"));
            add(fields, "follows", text(row, "follows"));
            add(fields, "beside", text(row, "beside"));
            add(fields, "row_filter", text(row, "row_filter"));
            add(fields, "cut_off", time(row, "cut_off"));
            add(fields, "newcomers_from", time(row, "newcomers_from"));
            add(fields, "begins_at", time(row, "begins_at"));
            add(fields, "old_rate", number(row, "old_rate"));
            add(fields, "also_from", text(row, "also_from"));
            add(fields, "new_rate", number(row, "new_rate"));
            digests.put("0/" + migrationId + "/0", sha256(fields(fields)));
        }
        for (Map<String, @Nullable Object> row : rows("""
                SELECT r.* FROM credit_migration_run r
                JOIN credit_migration_sealed s ON s.migration_id = r.migration_id AND s.kind = 1 AND s.name = r.id
                WHERE r.migration_id = ? AND s.seal = ? ORDER BY s.name
                """, migrationId, seal)) {
            digests.put("1/" + row.get("id") + "/0", sha256(fields(run(migrationId, row))));
        }
        for (Map<String, @Nullable Object> row : rows("""
                SELECT j.*, (SELECT r.id FROM credit_migration_run r WHERE r.number = j.run) AS run_id
                FROM credit_migration_journal j JOIN credit_migration_definition d ON d.number = j.migration
                JOIN credit_migration_sealed s
                    ON s.migration_id = d.id AND s.kind = 2 AND s.name = j.user_id AND s.number = j.line
                WHERE d.id = ? AND s.seal = ? ORDER BY s.name, s.number
                """, migrationId, seal)) {
            digests.put("2/" + row.get("user_id") + "/" + row.get("line"), sha256(fields(line(migrationId, row))));
        }
        return digests;
    }

    private List<@Nullable String> run(String migrationId, Map<String, @Nullable Object> row) {
        String id = text(row, "id");
        List<@Nullable String> fields = key(migrationId, "RUN", id, 0);
        add(fields, "number", text(row, "number"));
        add(fields, "scope", text(row, "scope"));
        add(fields, "stage", text(row, "stage"));
        add(fields, "users", text(row, "users"));
        add(fields, "opened_by_kind", text(row, "opened_by_kind"));
        add(fields, "opened_by", text(row, "opened_by"));
        add(fields, "opened_for", text(row, "opened_for"));
        add(fields, "started_at", time(row, "started_at"));
        // Each run of these tests has one range; those of several are added up.
        Map<String, @Nullable Object> range = rows("SELECT * FROM credit_migration_range WHERE run_id = ?", id)
                .get(0);
        add(
                fields,
                "outcomes",
                Stream.of(String.valueOf(range.get("outcomes")).split(" "))
                        .sorted()
                        .collect(Collectors.joining(" ")));
        for (String sum : List.of("credits_before", "credits_after", "granted", "withdrawn", "residual")) {
            add(fields, sum, number(range, sum));
        }
        return fields;
    }

    private List<@Nullable String> line(String migrationId, Map<String, @Nullable Object> row) {
        List<@Nullable String> fields =
                key(migrationId, "LINE", text(row, "user_id"), Integer.parseInt(String.valueOf(row.get("line"))));
        for (String column : COLUMNS) {
            add(
                    fields,
                    column,
                    switch (column) {
                        case "at", "unit_at" -> time(row, column);
                        case "run" -> text(row, "run_id");
                        case "kind" -> KINDS.get(text(row, column));
                        case "status" -> STATUSES.get(text(row, column));
                        case "cause" -> CAUSES.get(text(row, column));
                        case "actor_kind" -> row.get(column) == null ? null : ACTORS.get(text(row, column));
                        case "old_credits",
                                "new_credits",
                                "granted",
                                "consumed",
                                "old_rate",
                                "new_rate",
                                "unit",
                                "bonus" -> number(row, column);
                        default -> text(row, column);
                    });
        }
        return fields;
    }

    private static List<@Nullable String> key(String migrationId, String kind, @Nullable String name, int number) {
        List<@Nullable String> fields = new ArrayList<>();
        fields.add(migrationId);
        fields.add(kind);
        fields.add(name);
        fields.add(String.valueOf(number));
        return fields;
    }

    private static void add(List<@Nullable String> fields, String column, @Nullable String value) {
        if (value != null) {
            fields.add(column);
            fields.add(value);
        }
    }

    private static String fields(@Nullable String... fields) {
        List<@Nullable String> list = new ArrayList<>();
        for (String field : fields) {
            list.add(field);
        }
        return fields(list);
    }

    private static String fields(List<@Nullable String> fields) {
        StringBuilder text = new StringBuilder();
        for (String field : fields) {
            text.append(field == null ? "-," : field.getBytes(StandardCharsets.UTF_8).length + ":" + field + ",");
        }
        return text.toString();
    }

    private static @Nullable String text(Map<String, @Nullable Object> row, String column) {
        Object value = row.get(column);
        return value == null ? null : value.toString();
    }

    private static @Nullable String number(Map<String, @Nullable Object> row, String column) {
        BigDecimal number = (BigDecimal) row.get(column);
        return number == null
                ? null
                : number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private @Nullable String time(Map<String, @Nullable Object> row, String column) {
        Object value = row.get(column);
        if (value == null) {
            return null;
        }
        // What is stored without a zone is UTC; the driver has taken it for the JVM's own.
        LocalDateTime utc = value instanceof OffsetDateTime time
                ? time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
                : database == TestDatabase.MARIADB
                        ? ((Timestamp) value).toLocalDateTime()
                        : LocalDateTime.ofInstant(((Timestamp) value).toInstant(), ZoneOffset.UTC);
        return utc.format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"));
    }

    private List<Map<String, @Nullable Object>> rows(String query, Object... parameters) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        try (Connection connection = sql.dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            ResultSet row = statement.executeQuery();
            while (row.next()) {
                Map<String, @Nullable Object> values = new LinkedHashMap<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    Object value = row.getObject(i);
                    values.put(
                            row.getMetaData().getColumnLabel(i).toLowerCase(Locale.ROOT),
                            value instanceof Clob ? row.getString(i) : value);
                }
                rows.add(values);
            }
            return rows;
        } catch (SQLException e) {
            throw new TestSql.Failure(e);
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
