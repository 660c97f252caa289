package io.creditmigration.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The shop in a browser, with pictures of it in {@code target/shop}. The browser is Debian's chromium-headless-shell, a Chromium, or
 * the one that CREDIT_MIGRATION_TEST_BROWSER names.
 */
final class ShopInBrowserTest {

    /** How somebody looks at it. */
    enum Look {
        LIGHT(1280, ColorScheme.LIGHT),
        DARK(1280, ColorScheme.DARK),
        PHONE(360, ColorScheme.LIGHT),
        PHONE_DARK(360, ColorScheme.DARK);

        private final int width;
        private final ColorScheme scheme;

        Look(int width, ColorScheme scheme) {
            this.width = width;
            this.scheme = scheme;
        }
    }

    private static final String OVERFLOWING = """
            () => [...document.querySelectorAll('body *')]
              .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
              .map(e => e.outerHTML.slice(0, 120))
            """;

    /** Contrast of each element's text with what is behind it, as the Web Content Accessibility Guidelines compute it. */
    private static final String FAINT = """
            () => {
              const rgb = c => c.match(/[0-9.]+/g).map(Number);
              const light = c => rgb(c).slice(0, 3)
                .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4))
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
              const behind = e => {
                for (let at = e; at; at = at.parentElement) {
                  const c = getComputedStyle(at).backgroundColor;
                  if (rgb(c).length === 3 || rgb(c)[3] > 0) return c;
                }
                return 'rgb(255, 255, 255)';
              };
              return [...document.querySelectorAll('body *:not(title, desc)')]
                .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
                .filter(e => {
                  const style = getComputedStyle(e);
                  const ink = e instanceof SVGElement ? style.fill : style.color;
                  const [a, b] = [light(ink), light(behind(e))].sort((x, y) => y - x);
                  return (a + 0.05) / (b + 0.05) < 4.5;
                })
                .map(e => e.outerHTML.slice(0, 120));
            }
            """;

    private static Example example;
    private static Playwright playwright;
    private static Browser browser;

    @BeforeAll
    static void open() throws Exception {
        Optional<Path> executable = Stream.of(
                        System.getenv("CREDIT_MIGRATION_TEST_BROWSER"),
                        "/usr/bin/chromium-headless-shell",
                        "/usr/bin/chromium",
                        "/usr/bin/google-chrome")
                .filter(name -> name != null)
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(
                executable.isPresent(),
                "No browser: apt-get install chromium-headless-shell, or name one with CREDIT_MIGRATION_TEST_BROWSER");
        example = Example.start(0);
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable.get())
                        .setArgs(List.of("--no-sandbox")));
    }

    @AfterAll
    static void close() {
        if (playwright != null) {
            playwright.close();
        }
        if (example != null) {
            example.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_user_without_credits_never_sees_the_migration(Look look) {
        String login = person("none", look, 0);
        try (BrowserContext context = context(look)) {
            Page page = signIn(context, 0, login);

            assertThat(page.locator(".migration").count()).isZero();
            page.getByText("Run an operation").click();
            page.getByText("You have too few credits. Please top up.").waitFor();
            page.locator("button", new Page.LocatorOptions().setHasText("Top up")).click();
            page.getByText("You have topped up 25000 VND.").waitFor();
            page.getByText("Run an operation").click();
            page.getByText("Done.").waitFor();
            assertThat(page.locator("#credits").innerText()).isEqualTo("9.6");
            assertThat(page.locator(".migration").count()).isZero();
            look(page, look, "5-without-credits");
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_user_with_credits_is_asked_and_works_on(Look look) {
        String login = person("some", look, 100);
        try (BrowserContext context = context(look)) {
            Page page = context.newPage();
            page.navigate(example.addresses().get(0) + "/dashboard");
            look(page, look, "1-sign-in");
            signInOn(page, login);
            page.getByText("Run an operation").click();
            page.getByText("Please migrate your credits first.").waitFor();
            assertThat(figures(page)).containsExactly("100", "40");
            look(page, look, "2-blocked");

            Page other = signIn(context, 1, login);
            other.locator("button", new Page.LocatorOptions().setHasText("Top up")).click();
            other.getByText("You have topped up 25000 VND.").waitFor();

            page.getByText("Migrate Credits").click();
            page.getByText("Your balance has changed. Please look at the new figures.").waitFor();
            assertThat(figures(page)).containsExactly("125", "50");
            look(page, look, "3-changed");

            page.getByText("Migrate Credits").click();
            page.getByText("Your credits are migrated.").waitFor();
            assertThat(page.locator(".migration").count()).isZero();
            page.getByText("Run an operation").click();
            page.getByText("Done.").waitFor();
            assertThat(page.locator("#credits").innerText()).isEqualTo("49.6");
            look(page, look, "4-migrated");

            other.getByText("Run an operation").click();
            other.getByText("Done.").waitFor();
        }
    }

    private static String person(String prefix, Look look, int credits) {
        String login = prefix + "-" + look.name().toLowerCase(Locale.ROOT).replace('_', '-');
        JdbcTemplate sql = new JdbcTemplate(example.bean(DataSource.class));
        sql.update(
                "INSERT INTO users (id, login, password, credits, created_at)"
                        + " VALUES (gen_random_uuid(), ?, '{noop}shop', ?, '2024-01-01Z')",
                login,
                credits);
        return login;
    }

    private static BrowserContext context(Look look) {
        return browser.newContext(
                new Browser.NewContextOptions().setViewportSize(look.width, 800).setColorScheme(look.scheme));
    }

    private static Page signIn(BrowserContext context, int instance, String login) {
        Page page = context.newPage();
        page.navigate(example.addresses().get(instance) + "/dashboard");
        signInOn(page, login);
        return page;
    }

    private static void signInOn(Page page, String login) {
        page.getByLabel("Name").fill(login);
        page.getByLabel("Password").fill("shop");
        page.locator("button").click();
        page.getByText("Hello, " + login).waitFor();
    }

    private static List<String> figures(Page page) {
        return List.of(
                page.locator("#old-credits").innerText(),
                page.locator("#new-credits").innerText());
    }

    private static void look(Page page, Look look, String what) {
        page.screenshot(new Page.ScreenshotOptions()
                .setFullPage(true)
                .setPath(Path.of("target", "shop", what + "-" + look.name().toLowerCase(Locale.ROOT) + ".png")));
        assertThat(texts(page, OVERFLOWING)).describedAs("beyond the width").isEmpty();
        assertThat(texts(page, FAINT)).describedAs("too little contrast").isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(Page page, String script) {
        return (List<String>) page.evaluate(script);
    }
}
