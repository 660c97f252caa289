package io.creditmigration.example;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Somebody who is signed in to one instance, with a cookie jar and the forms of its pages. */
final class Visitor {

    private static final Pattern CSRF = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");
    private static final Pattern QUOTE = Pattern.compile("name=\"quote\" value=\"([^\"]+)\"");

    private final String address;
    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private Visitor(String address) {
        this.address = address;
    }

    static Visitor signIn(String address, String login) throws IOException, InterruptedException {
        Visitor visitor = new Visitor(address);
        String page = visitor.get("/login").body();
        HttpResponse<String> dashboard = visitor.post(
                "/login",
                "username",
                login,
                "password",
                "shop",
                "_csrf",
                first(CSRF, page).orElseThrow());
        if (!dashboard.uri().getPath().equals("/dashboard")) {
            throw new IllegalStateException(login + " is not signed in: " + dashboard.uri());
        }
        return visitor;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(address + path))
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                BodyHandlers.ofString());
    }

    String dashboard() throws IOException, InterruptedException {
        return get("/dashboard").body();
    }

    int operate() throws IOException, InterruptedException {
        return post("/api/operations").statusCode();
    }

    HttpResponse<String> topUp(long money) throws IOException, InterruptedException {
        return post("/credits/top-up", "money", "" + money, "_csrf", csrf());
    }

    HttpResponse<String> confirm(String quote) throws IOException, InterruptedException {
        return post("/credits/confirm", "quote", quote, "_csrf", csrf());
    }

    private String csrf() throws IOException, InterruptedException {
        return first(CSRF, dashboard()).orElseThrow();
    }

    /** The quote that a dashboard shows. */
    static Optional<String> quoteIn(String dashboard) {
        return first(QUOTE, dashboard);
    }

    HttpResponse<String> post(String path, String... form) throws IOException, InterruptedException {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < form.length; i += 2) {
            body.append(i == 0 ? "" : "&")
                    .append(form[i])
                    .append('=')
                    .append(URLEncoder.encode(form[i + 1], StandardCharsets.UTF_8));
        }
        return client.send(
                HttpRequest.newBuilder(URI.create(address + path))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build(),
                BodyHandlers.ofString());
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
