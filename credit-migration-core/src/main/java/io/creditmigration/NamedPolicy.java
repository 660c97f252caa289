package io.creditmigration;

import io.creditmigration.internal.Arguments;

/** A host's policy under its own name and version. */
record NamedPolicy(CreditPolicy rule, String name, int version) implements CreditPolicy {

    NamedPolicy {
        Arguments.requireName("policy name", name);
        if (version < 1) {
            throw new InvalidValueException("policy version", version, "1 or more");
        }
    }

    @Override
    public Allocation allocate(UserSnapshot user) {
        return rule.allocate(user);
    }

    @Override
    public String definition() {
        return name + " v" + version;
    }

    @Override
    public CreditPolicy atScale(int balanceScale) {
        return new NamedPolicy(rule.atScale(balanceScale), name, version);
    }
}
