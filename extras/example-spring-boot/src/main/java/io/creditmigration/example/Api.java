package io.creditmigration.example;

import io.creditmigration.example.Balances.Balance;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What users pay for. Behind the gate: whoever has to confirm is answered 403 with the quote. */
@RestController
@RequestMapping("/api")
class Api {

    private final Balances balances;

    Api(Balances balances) {
        this.balances = balances;
    }

    @GetMapping("/balance")
    Balance balance(@AuthenticationPrincipal Account account) {
        return balances.of(account.id());
    }

    @PostMapping("/operations")
    ResponseEntity<Balance> operate(@AuthenticationPrincipal Account account) {
        boolean paid = balances.spend(account.id());
        return ResponseEntity.status(paid ? HttpStatus.OK : HttpStatus.PAYMENT_REQUIRED)
                .body(balances.of(account.id()));
    }
}
