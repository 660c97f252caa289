package io.creditmigration.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.Quote;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of docs/servlet.md compiles as it stands, and does in Jetty what the page says. */
final class DocumentedSetupTest {

    private static final Path DOCUMENT = Path.of(System.getProperty("basedir", "."), "..", "..", "docs", "servlet.md");
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```$");
    private static final Pattern TOKEN = Pattern.compile("\"(q1\\.[A-Za-z0-9_-]+)\"");

    /** What the host has already: pages, and a way to sign in. */
    private static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (request.getParameter("user") != null) {
                request.getSession().setAttribute("accountId", request.getParameter("user"));
            }
            response.getWriter().print("served");
        }
    }

    @Test
    void the_page_is_a_working_application(@TempDir Path folder) throws Exception {
        compile(folder);
        try (Shop shop = new Shop("BIGINT");
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            shop.user("1", 50);
            shop.user("2", 0);
            ServletContextListener setup = (ServletContextListener) loader.loadClass("CreditMigrationSetup")
                    .getConstructor(DataSource.class)
                    .newInstance(shop.dataSource);
            shop.context.addEventListener(setup);
            shop.with("/*", new Page()).open();

            assertThat(shop.get("/anything").body()).as("signed out").isEqualTo("served");
            shop.get("/login?user=1");
            HttpResponse<String> blocked = shop.get("/orders");
            assertThat(blocked.statusCode()).isEqualTo(403);
            assertThat(shop.get("/dashboard").body()).isEqualTo("served");

            HttpResponse<String> shown = shop.get("/credits/migration");
            assertThat(shown.body()).contains("You have 50 credits. After the migration you have 20.");
            assertThat(Quote.parse(token(blocked)).offersSameAs(Quote.parse(token(shown))))
                    .isTrue();

            assertThat(shop.post("/credits/migration", "quote=nonsense").statusCode())
                    .isEqualTo(400);
            shop.run("UPDATE users SET credits = 55 WHERE id = 1");
            HttpResponse<String> changed = shop.post("/credits/migration", "quote=" + token(shown));
            assertThat(changed.statusCode()).isEqualTo(409);
            assertThat(changed.body()).contains("You have 55 credits. After the migration you have 22.");
            assertThat(shop.credits("1")).isEqualTo("55");

            HttpResponse<String> confirmed = shop.post("/credits/migration", "quote=" + token(changed));
            assertThat(confirmed.statusCode()).isEqualTo(302);
            assertThat(confirmed.headers().firstValue("Location"))
                    .get()
                    .asString()
                    .endsWith("/shop/dashboard");
            assertThat(shop.credits("1")).isEqualTo("22 migrated");
            assertThat(shop.get("/orders").body()).isEqualTo("served");
            assertThat(shop.get("/credits/migration").body()).contains("nothing to migrate");

            shop.get("/login?user=2");
            assertThat(shop.get("/orders").body()).isEqualTo("served");
            assertThat(shop.credits("2")).isEqualTo("0 migrated");
        }
    }

    private static void compile(Path folder) throws IOException {
        Matcher java = JAVA.matcher(Files.readString(DOCUMENT));
        assertThat(java.find()).isTrue();
        Path source = Files.writeString(folder.resolve("CreditMigrationSetup.java"), java.group(1));
        StringWriter said = new StringWriter();
        int result = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        new PrintWriter(said),
                        new PrintWriter(said),
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(result).as(said.toString()).isZero();
        assertThat(java.find()).as("one class").isFalse();
    }

    private static String token(HttpResponse<String> answer) {
        Matcher token = TOKEN.matcher(answer.body());
        assertThat(token.find()).as(answer.body()).isTrue();
        return token.group(1);
    }
}
