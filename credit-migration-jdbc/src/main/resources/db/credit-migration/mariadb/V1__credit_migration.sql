-- The library's own tables on MariaDB. Nothing here refers to the host's tables: a user deleted later leaves no broken key.
-- Ids are compared byte by byte, trailing spaces too, whatever the collation of the database is. Times are in UTC.
-- ${prefix} stands before each name; Flyway fills it from its placeholder of that name.

-- One row per migration: its definition, stored by its first use, and who may migrate now.
CREATE TABLE ${prefix}definition (
    id            VARCHAR(64)    NOT NULL PRIMARY KEY,
    fingerprint   VARCHAR(1000)  NOT NULL,
    trace         VARCHAR(1000)  NOT NULL,
    cut_off       DATETIME(6) NOT NULL,
    old_rate      NUMERIC(18, 6),
    new_rate      NUMERIC(18, 6),
    percent       INTEGER        DEFAULT 100 NOT NULL CHECK (percent BETWEEN 0 AND 100),
    halted        BOOLEAN        DEFAULT FALSE NOT NULL,
    changed_by    VARCHAR(300),
    changed_at    DATETIME(6),
    change_reason VARCHAR(500)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- One row per migration and user: where the user stands, and what puts the user back.
CREATE TABLE ${prefix}user (
    migration_id          VARCHAR(64)    NOT NULL,
    user_id               VARCHAR(255)   NOT NULL,
    status                VARCHAR(16)    NOT NULL
        CHECK (status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'ROLLED_BACK')),
    attempt               INTEGER        NOT NULL CHECK (attempt >= 1),
    credits_granted       NUMERIC(38, 18) NOT NULL,
    historical_operations BIGINT         NOT NULL,
    changed_at            DATETIME(6) NOT NULL,
    old_credits           NUMERIC(38, 18),
    new_credits           NUMERIC(38, 18),
    old_rate              NUMERIC(18, 6),
    new_rate              NUMERIC(18, 6),
    host_state            TEXT,
    error                 VARCHAR(1000),
    PRIMARY KEY (migration_id, user_id)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE INDEX ${prefix}user_by_user ON ${prefix}user (user_id);

-- The append-only audit log.
CREATE TABLE ${prefix}log (
    migration_id VARCHAR(64)   NOT NULL,
    user_id      VARCHAR(255)  NOT NULL,
    attempt      INTEGER       NOT NULL,
    kind         VARCHAR(16)   NOT NULL CHECK (kind IN ('MIGRATED', 'ROLLED_BACK', 'REOPENED')),
    old_credits  NUMERIC(38, 18),
    new_credits  NUMERIC(38, 18),
    old_rate     NUMERIC(18, 6),
    new_rate     NUMERIC(18, 6),
    residual     NUMERIC(60, 24) NOT NULL,
    actor_kind   VARCHAR(16)   NOT NULL CHECK (actor_kind IN ('AUTOMATIC', 'USER', 'OPERATOR')),
    actor        VARCHAR(255)  NOT NULL,
    logged_at    DATETIME(6) NOT NULL,
    reason       VARCHAR(500)  NOT NULL,
    PRIMARY KEY (migration_id, user_id, attempt, kind)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Credit accounts, for hosts that have none of their own.
CREATE TABLE ${prefix}account (
    user_id VARCHAR(255)    NOT NULL PRIMARY KEY,
    balance NUMERIC(38, 18) NOT NULL,
    active  BOOLEAN         NOT NULL,
    version BIGINT          DEFAULT 0 NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Entries of the credit history: operations of the old regime at zero credits, grants, and their reversals.
CREATE TABLE ${prefix}entry (
    migration_id VARCHAR(64)     NOT NULL,
    user_id      VARCHAR(255)    NOT NULL,
    attempt      INTEGER         NOT NULL,
    kind         VARCHAR(16)     NOT NULL CHECK (kind IN ('OPERATION', 'GRANT', 'REVERSAL')),
    operation_id VARCHAR(255),
    amount       NUMERIC(38, 18) NOT NULL,
    entered_at   DATETIME(6) NOT NULL,
    UNIQUE (migration_id, operation_id)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE INDEX ${prefix}entry_by_user ON ${prefix}entry (user_id, migration_id);

-- One row per run: the position that a page moves in its own transaction.
CREATE TABLE ${prefix}run (
    id           VARCHAR(36)  NOT NULL PRIMARY KEY,
    migration_id VARCHAR(64)  NOT NULL,
    scope        VARCHAR(64)  NOT NULL,
    pass         INTEGER      NOT NULL,
    last_user_id VARCHAR(255),
    finished     BOOLEAN      NOT NULL,
    started_at   DATETIME(6) NOT NULL,
    moved_at     DATETIME(6) NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
