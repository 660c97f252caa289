package io.creditmigration.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a version is asked for, CREDIT_MIGRATION_TEST_POSTGRESQL_VERSION or …_MARIADB_VERSION, it is the one that is tested. */
class ServerVersionsTest {

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, current_setting('server_version')", "MARIADB, VERSION()"})
    void the_server_is_of_the_version_that_was_asked_for(TestDatabase on, String version) {
        String wanted = TestServer.setting(on + "_VERSION", "");
        assumeTrue(!wanted.isEmpty(), "no version was asked for");
        try (HikariDataSource dataSource = on.create()) {
            String found = new TestSql(dataSource).text("SELECT " + version);

            System.out.println(on + " " + found);
            assertThat(found).startsWith(wanted);
        }
    }
}
