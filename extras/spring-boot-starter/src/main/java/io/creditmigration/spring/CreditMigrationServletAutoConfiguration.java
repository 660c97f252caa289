package io.creditmigration.spring;

import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationGate;
import io.creditmigration.servlet.BlockedAnswer;
import io.creditmigration.servlet.MigrationFilter;
import io.creditmigration.spring.CreditMigrationProperties.Mode;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.EnumSet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingFilterBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** The gate as a filter, after Spring Security's. */
@AutoConfiguration(after = CreditMigrationAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({Filter.class, FilterRegistrationBean.class})
@ConditionalOnBean(MigrationGate.class)
@Conditional(CreditMigrationServletAutoConfiguration.IsOn.class)
public final class CreditMigrationServletAutoConfiguration {

    /** Unless {@code credit-migration.gate.mode} is {@code off}. */
    static final class IsOn extends NoneNestedConditions {

        IsOn() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty(name = "credit-migration.gate.mode", havingValue = "off")
        static final class Off {}
    }

    @Bean
    @ConditionalOnMissingFilterBean(MigrationFilter.class)
    FilterRegistrationBean<MigrationFilter> creditMigrationFilter(
            MigrationGate gate,
            ObjectProvider<RequestUserId> userIds,
            ObjectProvider<BlockedAnswer> answer,
            CreditMigrationProperties properties) {
        RequestUserId userId = userIds.getIfAvailable();
        if (userId == null) {
            // Guessing would let everybody pass where login names are no ids.
            throw new InvalidValueException(
                    "user id of a request",
                    "not known",
                    "a bean of type RequestUserId that answers the id in the users table (RequestUserId.principalName() where that is"
                            + " the login name), or credit-migration.gate.mode=off for no filter");
        }
        MigrationFilter filter = MigrationFilter.of(gate, userId::of)
                .withOpenPaths(properties.gate().openPaths().toArray(String[]::new))
                .answering(answer.getIfAvailable(BlockedAnswer::problem));
        FilterRegistrationBean<MigrationFilter> registration =
                new FilterRegistrationBean<>(properties.gate().mode() == Mode.OBSERVE ? filter.observing() : filter);
        registration.setName("creditMigration");
        registration.setOrder(properties.gate().order());
        registration.setDispatcherTypes(EnumSet.of(DispatcherType.REQUEST));
        registration.setAsyncSupported(true);
        return registration;
    }
}
