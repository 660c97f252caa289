package io.creditmigration.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The report in a browser, with pictures of it in {@code target/report}. The browser is Debian's chromium-headless-shell, a
 * Chromium, or the one that CREDIT_MIGRATION_TEST_BROWSER names.
 */
final class ReportInBrowserTest {

    /** How somebody looks at it. */
    enum Look {
        LIGHT(1280, ColorScheme.LIGHT, Media.SCREEN),
        DARK(1280, ColorScheme.DARK, Media.SCREEN),
        PHONE(360, ColorScheme.LIGHT, Media.SCREEN),
        PHONE_DARK(360, ColorScheme.DARK, Media.SCREEN),
        PRINT(780, ColorScheme.DARK, Media.PRINT);

        private final int width;
        private final ColorScheme scheme;
        private final Media media;

        Look(int width, ColorScheme scheme, Media media) {
            this.width = width;
            this.scheme = scheme;
            this.media = media;
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

    @TempDir
    static Path folder;

    private static Path report;
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
        report = new SampleReport(folder).write();
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
    }

    @ParameterizedTest
    @EnumSource
    void the_report_reads_well(Look look) {
        List<String> requests = new ArrayList<>();
        try (BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(look.width, 800)
                .setColorScheme(look.scheme)
              )) {
            Page page = context.newPage();
            page.emulateMedia(new Page.EmulateMediaOptions().setMedia(look.media).setColorScheme(look.scheme));
            page.onRequest(request -> requests.add(request.url()));
            page.navigate(report.toUri().toString());
            page.screenshot(new Page.ScreenshotOptions()
                    .setFullPage(true)
                    .setPath(Path.of("target", "report", look.name().toLowerCase(Locale.ROOT) + ".png")));

            assertThat(requests).describedAs("nothing but the file").containsExactly(report.toUri().toString());
            assertThat(texts(page, OVERFLOWING)).describedAs("beyond the width").isEmpty();
            assertThat(texts(page, FAINT)).describedAs("too little contrast").isEmpty();
            assertPlotsAreLabelled(page);
        }
    }

    private static void assertPlotsAreLabelled(Page page) {
        int plots = page.locator("figure.plot").count();
        assertThat(plots).isGreaterThanOrEqualTo(6);
        for (int i = 0; i < plots; i++) {
            String caption = page.locator("figure.plot").nth(i).locator("figcaption").innerText();
            assertThat(caption).matches("(?s).+\\((users|credits|users, over time in UTC|money.*)\\)");
        }
        assertThat(page.locator("svg:not([role=img]), svg[role=img]:not([aria-labelledby])").count()).isZero();
        assertThat(page.locator("svg:visible").count()).isEqualTo(page.locator("svg:visible > title").count());
        assertThat(page.locator("table th:not([scope])").count()).isZero();
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(Page page, String script) {
        return (List<String>) page.evaluate(script);
    }
}
