package io.creditmigration.example;

import io.creditmigration.Actor;
import io.creditmigration.InvalidValueException;
import io.creditmigration.MigrationResult;
import io.creditmigration.MigrationService;
import io.creditmigration.Quote;
import io.creditmigration.Trigger;
import java.math.BigDecimal;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** What users see: signing in, their dashboard, and the two forms on it. */
@Controller
class Pages {

    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);
    private static final BigDecimal MONEY_MAX = BigDecimal.valueOf(1_000_000);
    private static final String TO_DASHBOARD = "redirect:/dashboard";
    private static final String MESSAGE = "message";

    private final MigrationService migrations;
    private final Balances balances;

    Pages(MigrationService migrations, Balances balances) {
        this.migrations = migrations;
        this.balances = balances;
    }

    @GetMapping("/login")
    String login() {
        return "login";
    }

    @GetMapping("/")
    String home() {
        return TO_DASHBOARD;
    }

    /** Whoever has no credits is migrated on the way. The migration is shown exactly where there is a quote. */
    @GetMapping("/dashboard")
    String dashboard(@AuthenticationPrincipal Account account, Model model) {
        MigrationResult result =
                migrations.autoMigrateIfZeroCredits(account.id().toString(), Trigger.DASHBOARD);
        model.addAttribute("login", account.login());
        model.addAttribute("balance", balances.of(account.id()));
        model.addAttribute("price", Balances.PRICE);
        if (result.quote() != null) {
            model.addAttribute("quote", result.quote());
        }
        return "dashboard";
    }

    /** Confirms what was shown; the quote comes back as it went out. */
    @PostMapping("/credits/confirm")
    String confirm(@AuthenticationPrincipal Account account, @RequestParam String quote, RedirectAttributes redirect) {
        Quote shown;
        try {
            shown = Quote.parse(quote);
        } catch (InvalidValueException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "This is no quote", e);
        }
        String id = account.id().toString();
        MigrationResult result = migrations.confirm(id, shown, Actor.user(id));
        redirect.addFlashAttribute(
                MESSAGE,
                switch (result.status()) {
                    case MIGRATED -> "Your credits are migrated.";
                    case ALREADY_MIGRATED -> "Your credits were migrated already.";
                    case QUOTE_CHANGED -> "Your balance has changed. Please look at the new figures.";
                    default -> "Your credits cannot be migrated now. Please try again later.";
                });
        return TO_DASHBOARD;
    }

    /** Open for users who have not confirmed: they buy at the old rate. */
    @PostMapping("/credits/top-up")
    String topUp(
            @AuthenticationPrincipal Account account, @RequestParam BigDecimal money, RedirectAttributes redirect) {
        if (money.signum() <= 0
                || money.compareTo(MONEY_MAX) > 0
                || money.remainder(THOUSAND).signum() != 0) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "A thousand to a million VND, in thousands");
        }
        balances.topUp(account.id(), money);
        redirect.addFlashAttribute(MESSAGE, "You have topped up " + money.toPlainString() + " VND.");
        return TO_DASHBOARD;
    }
}
