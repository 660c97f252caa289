package io.creditmigration.example;

import io.creditmigration.spring.RequestUserId;
import java.util.UUID;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.web.SecurityFilterChain;

/** The application: who may sign in, and which of them sent a request. */
@SpringBootApplication
public class Shop {

    @Bean
    SecurityFilterChain security(HttpSecurity http) {
        return http.authorizeHttpRequests(
                        requests -> requests.requestMatchers("/login", "/shop.css", "/error", "/actuator/**")
                                .permitAll()
                                .anyRequest()
                                .authenticated())
                .formLogin(form -> form.loginPage("/login").defaultSuccessUrl("/dashboard", true))
                .logout(Customizer.withDefaults())
                // The session's cookie is SameSite=Lax, which no other site's POST carries.
                .csrf(csrf -> csrf.ignoringRequestMatchers("/api/**"))
                .build();
    }

    @Bean
    UserDetailsService accounts(JdbcClient sql) {
        return login -> sql.sql("SELECT id, login, password FROM users WHERE login = ?")
                .param(login)
                .query((row, number) ->
                        new Account(row.getObject("id", UUID.class), row.getString("login"), row.getString("password")))
                .optional()
                .orElseThrow(() -> new UsernameNotFoundException("Nobody signs in with this name"));
    }

    /** The id in the users table. The name that somebody signs in with is another. */
    @Bean
    RequestUserId requestUserId() {
        return request -> request.getUserPrincipal() instanceof AbstractAuthenticationToken signedIn
                        && signedIn.getPrincipal() instanceof Account account
                ? account.id().toString()
                : null;
    }
}
