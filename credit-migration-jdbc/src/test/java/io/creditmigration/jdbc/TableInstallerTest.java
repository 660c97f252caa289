package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.creditmigration.jdbc.LibraryTables.Installation;
import io.creditmigration.jdbc.TableInstaller.Create;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the installer reads the shipped DDL, and finds what is there however a database writes its names. */
final class TableInstallerTest {

    @ParameterizedTest
    @CsvSource({
        "CREATE TABLE cm_user (id INTEGER), cm_user",
        "CREATE TABLE IF NOT EXISTS cm_user(id INTEGER), cm_user",
        "CREATE UNLOGGED TABLE cm_user (id INTEGER), cm_user",
        "create unique index cm_by_user on cm_user (id), cm_by_user",
        "CREATE OR REPLACE VIEW CM_STANDING AS SELECT 1, cm_standing",
        "CREATE  SEQUENCE cm_switch, cm_switch",
    })
    void a_statement_is_known_by_what_it_creates(String sql, String name) {
        assertThat(TableInstaller.statements(sql)).containsExactly(new Create(name, sql));
    }

    @Test
    void a_semicolon_in_a_text_or_a_comment_ends_nothing() {
        String ddl = """
                -- Two tables; and it's a comment.
                CREATE TABLE a (state VARCHAR(9) DEFAULT 'x;--y'); -- Trailing; comment.

                CREATE TABLE b (it INTEGER /* 1 - 1 */)
                """;

        assertThat(TableInstaller.statements(ddl))
                .containsExactly(
                        new Create("a", "CREATE TABLE a (state VARCHAR(9) DEFAULT 'x;--y')"),
                        new Create("b", "CREATE TABLE b (it INTEGER /* 1 - 1 */)"));
    }

    @Test
    void a_statement_that_adds_rows_has_no_name() {
        String sql = "INSERT INTO cm_user SELECT 1";

        assertThat(TableInstaller.statements(sql)).containsExactly(new Create(null, sql));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UPDATE cm_user SET x = 1", "ALTER TABLE cm_user ADD x INTEGER", "DROP TABLE cm_user"})
    void what_creates_nothing_by_name_is_refused(String sql) {
        assertThatThrownBy(() -> TableInstaller.statements(sql))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith(sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DATABASE_TO_LOWER=TRUE",
                "DATABASE_TO_UPPER=FALSE",
                "CASE_INSENSITIVE_IDENTIFIERS=TRUE",
                "MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                "MODE=MariaDB;DATABASE_TO_LOWER=TRUE",
            })
    void what_is_there_is_found_in_each_mode_of_h2(String options) {
        try (HikariDataSource dataSource = TestDatabase.H2.create(options)) {
            assertThat(LibraryTables.defaults().install(dataSource)).isEqualTo(Installation.INSTALLED);
            assertThat(LibraryTables.defaults().install(dataSource)).isEqualTo(Installation.ALREADY_THERE);
        }
    }
}
