CREATE TABLE users (
    id         UUID PRIMARY KEY,
    login      VARCHAR(40)    NOT NULL UNIQUE,
    password   VARCHAR(100)   NOT NULL,
    credits    NUMERIC(18, 4) NOT NULL CHECK (credits >= 0),
    migrated   BOOLEAN        NOT NULL DEFAULT FALSE,
    created_at TIMESTAMPTZ    NOT NULL
);

-- What users have paid and used, in money: the same whatever a credit costs.
CREATE TABLE ledger (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id UUID           NOT NULL REFERENCES users (id),
    money   NUMERIC(18, 2) NOT NULL,
    at      TIMESTAMPTZ    NOT NULL DEFAULT now()
);
CREATE INDEX ledger_user ON ledger (user_id);

-- Everybody's password is 'shop'.
INSERT INTO users (id, login, password, credits, created_at) VALUES
    ('7e0b6a4e-6d5c-4b57-9a39-1f2f0c1a0001', 'ann',  '{noop}shop', 100, '2024-03-01T08:00:00Z'),
    ('7e0b6a4e-6d5c-4b57-9a39-1f2f0c1a0002', 'bob',  '{noop}shop', 12.5, '2024-05-01T08:00:00Z'),
    ('7e0b6a4e-6d5c-4b57-9a39-1f2f0c1a0003', 'zero', '{noop}shop', 0, '2024-07-01T08:00:00Z');

INSERT INTO ledger (user_id, money) SELECT id, credits * 1000 FROM users WHERE credits > 0;
