package io.creditmigration.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.creditmigration.Actor;
import io.creditmigration.GateDecision.MigrationRequired;
import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationResult.Status;
import io.creditmigration.MigrationService;
import io.creditmigration.Quote;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter in a container, asked over HTTP. */
final class MigrationFilterTest {

    /** Answers what it was asked, and where. */
    private static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("served " + request.getMethod());
        }
    }

    /** Is served by another page. */
    private static final class Forwarding extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            request.getRequestDispatcher("/page").forward(request, response);
        }
    }

    /** Is served later, on another thread, by another page. */
    private static final class Later extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            AsyncContext async = request.startAsync();
            async.start(() -> async.dispatch("/page"));
        }
    }

    private final Shop shop = new Shop("VARCHAR(255)");
    private final MigrationService migrations = shop.migrations();
    private final MigrationGate gate = MigrationGate.of(migrations);

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void nobody_signed_in_passes_and_is_not_asked_about() throws Exception {
        open(filter(gate));

        assertThat(shop.get("/page").body()).isEqualTo("served GET");
        assertThat(gate.passed().values()).containsOnly(0L);
    }

    @Test
    void a_user_without_credits_is_migrated_and_served_in_the_same_request() throws Exception {
        shop.user("ann", 0);
        open(filter(gate));

        assertThat(shop.get("/page?user=ann").body()).isEqualTo("served GET");
        assertThat(shop.credits("ann")).isEqualTo("0 migrated");
    }

    @Test
    void a_user_with_credits_gets_problem_details_with_a_token_and_is_served_once_it_is_confirmed() throws Exception {
        shop.user("bob", 50);
        MigrationFilter filter = filter(gate);
        open(filter);

        HttpResponse<String> answer = shop.get("/page?user=bob");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode problem = new ObjectMapper().readTree(answer.body());
        assertThat(problem.properties())
                .extracting(Map.Entry::getKey)
                .containsExactly("type", "title", "status", "detail", "code", "quote");
        assertThat(problem.get("status").intValue()).isEqualTo(403);
        assertThat(problem.get("code").textValue()).isEqualTo("migration_required");
        assertThat(filter.blocked()).isEqualTo(1);

        Quote quote = Quote.parse(problem.get("quote").textValue());
        assertThat(quote.offersSameAs(migrations.quote("bob").orElseThrow())).isTrue();
        migrations.confirm("bob", quote, Actor.user("bob"));
        assertThat(shop.get("/page?user=bob").body()).isEqualTo("served GET");
        assertThat(shop.credits("bob")).isEqualTo("20 migrated");
    }

    @Test
    void every_method_is_blocked_and_head_has_no_body() throws Exception {
        shop.user("bob", 50);
        open(filter(gate));

        assertThat(shop.post("/page", "user=bob").statusCode()).isEqualTo(403);
        assertThat(shop.head("/page?user=bob").statusCode()).isEqualTo(403);
        assertThat(shop.head("/page?user=bob").body()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/page, 200",
        "/pag%65, 200",
        "/page/, 403",
        "/page/below, 403",
        "/pages, 403",
        "/Page, 403",
        "/credits, 200",
        "/credits/, 200",
        "/credits/confirm, 200",
        "/credits/a/b, 200",
        "/credit, 403",
        "/creditsx, 403",
        "/other, 403",
        "/, 403",
    })
    void open_paths_are_a_path_or_all_below_it(String path, int status) throws Exception {
        shop.user("bob", 50);
        shop.with("/*", new Page())
                .with(filter(gate).withOpenPaths("/page", "/credits/*"))
                .open();

        assertThat(shop.get(path + "?user=bob").statusCode()).isEqualTo(status);
    }

    @Test
    void all_paths_can_be_open() throws Exception {
        shop.user("bob", 50);
        open(filter(gate).withOpenPaths("/*"));

        assertThat(shop.get("/page?user=bob").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "page", "*.html", "/a*", "/*/b", "https://shop/page"})
    void an_open_path_that_is_none_is_refused(String path) {
        assertThatThrownBy(() -> filter(gate).withOpenPaths("/page", path))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith("open path is '" + path + "'; allowed: a path of the application");
    }

    @Test
    void who_observes_blocks_nobody_and_counts() throws Exception {
        shop.user("ann", 0);
        shop.user("bob", 50);
        MigrationFilter filter = filter(gate).observing();
        open(filter);

        assertThat(shop.get("/page?user=ann").statusCode()).isEqualTo(200);
        assertThat(shop.get("/page?user=bob").statusCode()).isEqualTo(200);
        assertThat(shop.get("/page?user=bob").statusCode()).isEqualTo(200);

        assertThat(filter.blocked()).isEqualTo(2);
        assertThat(shop.credits("bob")).isEqualTo("50");
    }

    @Test
    void when_the_store_fails_requests_pass() throws Exception {
        shop.user("bob", 50);
        open(filter(gate));
        shop.run("ALTER TABLE users RENAME TO gone");

        assertThat(shop.get("/page?user=bob").statusCode()).isEqualTo(200);
        assertThat(gate.storeFailures()).isEqualTo(1);
    }

    @Test
    void when_the_store_fails_a_closed_gate_says_nothing_of_why() throws Exception {
        shop.user("bob", 50);
        MigrationFilter filter = filter(MigrationGate.closedOnFailure(migrations));
        open(filter);
        shop.run("ALTER TABLE users RENAME TO gone");

        HttpResponse<String> answer = shop.get("/page?user=bob");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        JsonNode problem = new ObjectMapper().readTree(answer.body());
        assertThat(problem.get("code").textValue()).isEqualTo("migration_unknown");
        assertThat(answer.body()).doesNotContainIgnoringCase("users").doesNotContainIgnoringCase("sql");
        assertThat(filter.blocked()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a%00b", "ann%0d%0aINFO%20forged", "%F0%9F%98%80", "nobody"})
    void an_id_that_nobody_has_passes_and_is_counted(String user) throws Exception {
        MigrationGate closed = MigrationGate.closedOnFailure(migrations);
        open(filter(closed));

        assertThat(shop.get("/page?user=" + user).body()).isEqualTo("served GET");

        assertThat(closed.passed()).containsEntry(Status.UNKNOWN_USER, 1L);
        assertThat(closed.storeFailures()).isZero();
    }

    @Test
    void a_login_name_where_ids_are_uuids_passes_and_is_counted() throws Exception {
        try (Shop uuids = new Shop("UUID")) {
            MigrationGate closed = MigrationGate.closedOnFailure(uuids.migrations());
            uuids.user("0b9af1c8-8dbd-4f5c-9d2f-4e0e6a1f4f0f", 50);
            uuids.with("/page", new Page()).with(filter(closed)).open();

            assertThat(uuids.get("/page?user=ann").statusCode()).isEqualTo(200);
            assertThat(uuids.get("/page?user=" + "x".repeat(1_000)).statusCode())
                    .isEqualTo(200);
            assertThat(uuids.get("/page?user=0b9af1c8-8dbd-4f5c-9d2f-4e0e6a1f4f0f")
                            .statusCode())
                    .isEqualTo(403);

            assertThat(closed.passed()).containsEntry(Status.UNKNOWN_USER, 2L);
            assertThat(closed.storeFailures()).isZero();
        }
    }

    @Test
    void a_forward_is_part_of_its_request() throws Exception {
        shop.user("ann", 0);
        shop.user("bob", 50);
        shop.with("/forward", new Forwarding()).with("/open", new Forwarding());
        open(filter(gate).withOpenPaths("/open"));

        assertThat(shop.get("/forward?user=ann").body()).isEqualTo("served GET");
        assertThat(shop.get("/forward?user=bob").statusCode()).isEqualTo(403);
        assertThat(shop.get("/open?user=bob").body()).isEqualTo("served GET");
        assertThat(gate.passed()).containsEntry(Status.MIGRATED, 1L).containsEntry(Status.ALREADY_MIGRATED, 0L);
    }

    @Test
    void an_asynchronous_servlet_is_served_and_asked_about_once() throws Exception {
        shop.user("ann", 0);
        shop.user("bob", 50);
        shop.with("/later", new Later());
        open(filter(gate));

        assertThat(shop.get("/later?user=ann").body()).isEqualTo("served GET");
        assertThat(shop.get("/later?user=bob").statusCode()).isEqualTo(403);
        assertThat(gate.passed()).containsEntry(Status.MIGRATED, 1L).containsEntry(Status.ALREADY_MIGRATED, 0L);
        assertThat(gate.blocked()).isEqualTo(1);
    }

    @Test
    void a_host_answers_in_its_own_way() throws Exception {
        shop.user("bob", 50);
        open(filter(gate).answering((request, response, decision) -> {
            response.setStatus(decision instanceof MigrationRequired ? 303 : 503);
            response.setHeader("Location", request.getContextPath() + "/credits");
        }));

        HttpResponse<String> answer = shop.get("/page?user=bob");

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue("/shop/credits");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void what_is_missing_is_named() {
        assertThatThrownBy(() -> MigrationFilter.of(null, request -> null))
                .hasMessage("gate is 'null'; allowed: a value");
        assertThatThrownBy(() -> MigrationFilter.of(gate, null))
                .hasMessage("user id function is 'null'; allowed: a value");
        assertThatThrownBy(() -> filter(gate).answering(null)).hasMessage("answer is 'null'; allowed: a value");
        assertThatThrownBy(() -> filter(gate).withOpenPaths((String[]) null))
                .hasMessage("open paths is 'null'; allowed: a value");
        assertThatThrownBy(() -> filter(gate).withOpenPaths("/page", null))
                .hasMessage("open path is 'null'; allowed: a value");
    }

    private void open(MigrationFilter filter) throws Exception {
        shop.with("/page", new Page()).with(filter).open();
    }

    private static MigrationFilter filter(MigrationGate gate) {
        return MigrationFilter.of(gate, request -> request.getParameter("user"));
    }
}
