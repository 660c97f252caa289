-- The library's own tables on H2. Nothing here refers to the host's tables: a user deleted later leaves no broken key.
-- ${prefix} stands before each name; Flyway fills it from its placeholder of that name.

-- One row per migration: its definition, stored by its first use, and who may migrate now.
CREATE TABLE ${prefix}definition (
    id            VARCHAR(64)    NOT NULL PRIMARY KEY,
    fingerprint   VARCHAR(1000)  NOT NULL,
    trace         VARCHAR(1000)  NOT NULL,
    cut_off       TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    old_rate      NUMERIC(18, 6),
    new_rate      NUMERIC(18, 6),
    percent       INTEGER        DEFAULT 100 NOT NULL CHECK (percent BETWEEN 0 AND 100),
    halted        BOOLEAN        DEFAULT FALSE NOT NULL
);

-- One row per migration and user: where the user stands, and what puts the user back.
CREATE TABLE ${prefix}user (
    migration_id          VARCHAR(64)    NOT NULL,
    user_id               VARCHAR(255)   NOT NULL,
    status                VARCHAR(16)    NOT NULL
        CHECK (status IN ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'ROLLED_BACK')),
    attempt               INTEGER        NOT NULL CHECK (attempt >= 1),
    credits_granted       NUMERIC(38, 18) NOT NULL,
    historical_operations BIGINT         NOT NULL,
    changed_at            TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    old_credits           NUMERIC(38, 18),
    new_credits           NUMERIC(38, 18),
    old_rate              NUMERIC(18, 6),
    new_rate              NUMERIC(18, 6),
    host_state            VARCHAR(4000),
    error                 VARCHAR(1000),
    credits_consumed      NUMERIC(38, 18),
    run_id                VARCHAR(36),
    PRIMARY KEY (user_id, migration_id)
);

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
    logged_at    TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    reason       VARCHAR(500)  NOT NULL,
    PRIMARY KEY (user_id, migration_id, attempt, kind)
);

-- Seals over the log, each chained to the one before it.
CREATE TABLE ${prefix}seal (
    migration_id VARCHAR(64)   NOT NULL,
    number       INTEGER       NOT NULL,
    entries      BIGINT        NOT NULL,
    previous     CHAR(64),
    digest       CHAR(64)      NOT NULL,
    sealed_at    TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    actor_kind   VARCHAR(16)   NOT NULL CHECK (actor_kind IN ('AUTOMATIC', 'USER', 'OPERATOR')),
    actor        VARCHAR(255)  NOT NULL,
    PRIMARY KEY (migration_id, number)
);

-- The digest of each line of the log as it was when it was sealed: tells which line was altered or taken away since.
CREATE TABLE ${prefix}sealed (
    migration_id VARCHAR(64)   NOT NULL,
    user_id      VARCHAR(255) NOT NULL,
    attempt      INTEGER       NOT NULL,
    kind         VARCHAR(16)   NOT NULL,
    seal         INTEGER       NOT NULL,
    digest       CHAR(64)      NOT NULL,
    PRIMARY KEY (user_id, migration_id, attempt, kind)
);

-- Credit accounts, for hosts that have none of their own.
CREATE TABLE ${prefix}account (
    user_id VARCHAR(255)    NOT NULL PRIMARY KEY,
    balance NUMERIC(38, 18) NOT NULL,
    active  BOOLEAN         NOT NULL,
    version BIGINT          DEFAULT 0 NOT NULL
);

-- Entries of the credit history: operations of the old regime at zero credits, grants, and their reversals.
CREATE TABLE ${prefix}entry (
    migration_id VARCHAR(64)     NOT NULL,
    user_id      VARCHAR(255)    NOT NULL,
    attempt      INTEGER         NOT NULL,
    kind         VARCHAR(16)     NOT NULL CHECK (kind IN ('OPERATION', 'GRANT', 'REVERSAL')),
    operation_id VARCHAR(255),
    amount       NUMERIC(38, 18) NOT NULL,
    entered_at   TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    UNIQUE (migration_id, operation_id)
);

CREATE INDEX ${prefix}entry_by_user ON ${prefix}entry (user_id, migration_id);

-- One row per run: for whom it is, how it stands, and how fast and how far it may go.
CREATE TABLE ${prefix}run (
    id               VARCHAR(36)    NOT NULL PRIMARY KEY,
    migration_id     VARCHAR(64)    NOT NULL,
    scope            VARCHAR(100)   NOT NULL,
    stage            INTEGER,
    state            VARCHAR(16)    NOT NULL CHECK (state IN ('RUNNING', 'PAUSED', 'FINISHED', 'CANCELLED')),
    reason           VARCHAR(500)   NOT NULL,
    page_size        INTEGER        NOT NULL,
    page_operations  INTEGER        NOT NULL,
    threads          INTEGER        NOT NULL,
    users_per_second INTEGER        NOT NULL,
    failure_rate_max NUMERIC(7, 6),
    granted_max      NUMERIC(38, 18),
    users            BIGINT         NOT NULL,
    opened_by_kind   VARCHAR(16)    NOT NULL CHECK (opened_by_kind IN ('AUTOMATIC', 'USER', 'OPERATOR')),
    opened_by        VARCHAR(255)   NOT NULL,
    opened_for       VARCHAR(500)   NOT NULL,
    started_at       TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    resumed_at       TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    measured_from    TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    done_before      BIGINT         NOT NULL,
    next_from        TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    next_before      BIGINT         NOT NULL
);

CREATE INDEX ${prefix}run_by_migration ON ${prefix}run (migration_id);

-- The ranges of users that a run is cut into: behind one id up to another, each with the position that its pages move and
-- with what became of its users, written by the pages themselves.
CREATE TABLE ${prefix}range (
    run_id         VARCHAR(36)    NOT NULL,
    number         INTEGER        NOT NULL,
    after_user_id  VARCHAR(255),
    upto_user_id   VARCHAR(255),
    pass           INTEGER        NOT NULL CHECK (pass IN (0, 1)),
    last_user_id   VARCHAR(255),
    finished       BOOLEAN        NOT NULL,
    done           BIGINT         NOT NULL,
    left_users     BIGINT         NOT NULL,
    outcomes       VARCHAR(1000)  NOT NULL,
    credits_before NUMERIC(60, 18) NOT NULL,
    credits_after  NUMERIC(60, 18) NOT NULL,
    granted        NUMERIC(60, 18) NOT NULL,
    residual       NUMERIC(65, 24) NOT NULL,
    moved_at       TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    PRIMARY KEY (run_id, number)
);

-- Users whom a run names one by one: those of its list, and those whom the first pass had to leave to the sweep.
CREATE TABLE ${prefix}run_user (
    run_id       VARCHAR(36)  NOT NULL,
    kind         VARCHAR(16)  NOT NULL CHECK (kind IN ('LISTED', 'LEFT')),
    user_id      VARCHAR(255) NOT NULL,
    range_number INTEGER      NOT NULL,
    PRIMARY KEY (run_id, kind, user_id)
);

-- What was done to runs and to the rollout, and by whom.
CREATE TABLE ${prefix}event (
    id           BIGINT         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id VARCHAR(64)  NOT NULL,
    run_id       VARCHAR(36),
    happened_at  TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    what         VARCHAR(500) NOT NULL,
    actor_kind   VARCHAR(16)  NOT NULL CHECK (actor_kind IN ('AUTOMATIC', 'USER', 'OPERATOR')),
    actor        VARCHAR(255) NOT NULL,
    reason       VARCHAR(500) NOT NULL
);

CREATE INDEX ${prefix}event_by_migration ON ${prefix}event (migration_id);

-- Notices to users, queued in the transaction of the change that they speak of. A lease is a due time in the future.
CREATE TABLE ${prefix}notice (
    migration_id VARCHAR(64)   NOT NULL,
    user_id      VARCHAR(255)   NOT NULL,
    attempt      INTEGER       NOT NULL,
    kind         VARCHAR(16)   NOT NULL CHECK (kind IN ('PRE_ANNOUNCEMENT', 'COMPLETE', 'ISSUE', 'ROLLED_BACK')),
    old_credits  NUMERIC(38, 18),
    new_credits  NUMERIC(38, 18),
    old_rate     NUMERIC(18, 6),
    new_rate     NUMERIC(18, 6),
    happens_at   TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    state        VARCHAR(16)   NOT NULL CHECK (state IN ('QUEUED', 'SENT', 'DEAD', 'CANCELLED')),
    state_at     TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    deliveries   INTEGER       NOT NULL CHECK (deliveries >= 0),
    lease        VARCHAR(36),
    error        VARCHAR(1000),
    PRIMARY KEY (migration_id, user_id, attempt, kind)
);

CREATE INDEX ${prefix}notice_by_state ON ${prefix}notice (state, state_at);
