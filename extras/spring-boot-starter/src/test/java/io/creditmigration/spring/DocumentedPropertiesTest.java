package io.creditmigration.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.MigrationGate;
import io.creditmigration.MigrationService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.core.io.ByteArrayResource;

/** The YAML of the page "With Spring Boot" is enough. */
final class DocumentedPropertiesTest {

    @Test
    void an_application_starts_with_what_the_page_says() throws IOException {
        Matcher yaml = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "..", "docs", "spring-boot.md")));
        assertThat(yaml.find()).isTrue();
        String text = yaml.group(1);
        assertThat(text.lines().count()).isLessThanOrEqualTo(12);
        var properties = new YamlPropertySourceLoader()
                .load("page", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)));

        new WebApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class))
                .withConfiguration(Shop.STARTER)
                .withBean(RequestUserId.class, RequestUserId::principalName)
                .withPropertyValues(
                        "spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
                        "spring.flyway.locations=classpath:starter-test")
                .withInitializer(
                        context -> properties.forEach(context.getEnvironment().getPropertySources()::addLast))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(MigrationService.class).quote("ann"))
                            .isPresent();
                    assertThat(context.getBean(MigrationGate.class)
                                    .check("zero")
                                    .passes())
                            .isTrue();
                });
    }
}
