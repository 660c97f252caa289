package io.creditmigration.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.creditmigration.servlet.MigrationFilter;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** The gate as a filter of the application. */
final class FilterTest {

    private static WebApplicationContextRunner shop() {
        return Shop.in(new WebApplicationContextRunner());
    }

    private static WebApplicationContextRunner shopWithUsers() {
        return shop().withBean(RequestUserId.class, RequestUserId::principalName);
    }

    private static int statusOf(ApplicationContext context, String path, String user)
            throws IOException, ServletException {
        FilterRegistrationBean<?> registration = context.getBean(FilterRegistrationBean.class);
        MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
        request.setServletPath(path);
        request.setUserPrincipal(user == null ? null : () -> user);
        MockHttpServletResponse response = new MockHttpServletResponse();
        registration.getFilter().doFilter(request, response, new MockFilterChain());
        return response.getStatus();
    }

    @Test
    void users_with_credits_are_blocked_except_on_open_paths() {
        shopWithUsers()
                .withPropertyValues("credit-migration.gate.open-paths=/dashboard,/credits/*")
                .run(context -> {
                    assertThat(statusOf(context, "/api", "ann")).isEqualTo(403);
                    assertThat(statusOf(context, "/api", "zero")).isEqualTo(200);
                    assertThat(statusOf(context, "/api", null)).isEqualTo(200);
                    assertThat(statusOf(context, "/dashboard", "ann")).isEqualTo(200);
                    assertThat(statusOf(context, "/credits/confirm", "ann")).isEqualTo(200);
                });
    }

    @Test
    void it_stands_after_the_filter_of_spring_security() {
        shopWithUsers()
                .run(context -> assertThat(
                                context.getBean(FilterRegistrationBean.class).getOrder())
                        .isGreaterThan(-100));
    }

    @Test
    void observing_blocks_nobody_and_counts() {
        shopWithUsers().withPropertyValues("credit-migration.gate.mode=observe").run(context -> {
            assertThat(statusOf(context, "/api", "ann")).isEqualTo(200);
            MigrationFilter filter = (MigrationFilter)
                    context.getBean(FilterRegistrationBean.class).getFilter();
            assertThat(filter.blocked()).isEqualTo(1);
        });
    }

    @Test
    void who_sent_a_request_has_to_be_said() {
        shop().run(context -> {
            var analysis = new CreditMigrationFailureAnalyzer().analyze(context.getStartupFailure());
            assertThat(analysis.getAction()).contains("RequestUserId").contains("credit-migration.gate.mode=off");
        });
    }

    @Test
    void switched_off_there_is_no_filter() {
        shop().withPropertyValues("credit-migration.gate.mode=off")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FilterRegistrationBean.class));
    }
}
