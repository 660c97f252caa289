-- The library's own tables on H2. Nothing here refers to the host's tables: a user deleted later leaves no broken key.
-- ${prefix} stands before each name; Flyway fills it from its placeholder of that name.

-- The population that these tables serve: the users table and the balance as they were found, and a random key that is part of
-- every idempotency key.
CREATE TABLE ${prefix}population (
    id             SMALLINT     NOT NULL PRIMARY KEY CHECK (id = 1),
    users_table    VARCHAR(200) NOT NULL,
    balance_column VARCHAR(300) NOT NULL,
    population_key VARCHAR(36)  NOT NULL
);

-- One row per migration: its definition as it was registered, and who may migrate now. The journal has its number. The migrations
-- are a chain: each takes one place, which no other can take. One that was withdrawn has none.
CREATE TABLE ${prefix}definition (
    id            VARCHAR(64)    NOT NULL PRIMARY KEY,
    number        INTEGER GENERATED ALWAYS AS IDENTITY UNIQUE,
    fingerprint   VARCHAR(1000)  NOT NULL,
    place         VARCHAR(80)    UNIQUE,
    follows       VARCHAR(64),
    beside        VARCHAR(64),
    row_filter    VARCHAR(1000)  NOT NULL,        -- the rows of the users table that it is for; empty: all
    cut_off       TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    newcomers_from TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    begins_at     TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    old_rate      NUMERIC(18, 6),
    also_from     VARCHAR(300),                   -- further rates that it converts from, with spaces between them
    new_rate      NUMERIC(18, 6),
    withdrawn     BOOLEAN        DEFAULT FALSE NOT NULL,
    percent       INTEGER        DEFAULT 100 NOT NULL CHECK (percent BETWEEN 0 AND 100),
    halted        BOOLEAN        DEFAULT FALSE NOT NULL
);

-- What holds a halt against migrations that were decided before it. A migrating transaction locks any free row from 10 on. Row 1
-- is held by who changes the halt switch, row 2 by who seals, row 3 by who opens a run. A bit for each halted migration, by
-- its number modulo 40; a migration is halted where this or its definition says so.
CREATE TABLE ${prefix}barrier (
    id     SMALLINT NOT NULL PRIMARY KEY,
    halted BIGINT   DEFAULT 0 NOT NULL
);

INSERT INTO ${prefix}barrier (id)
SELECT n.id FROM (VALUES (1), (2), (3), (10), (11), (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22),
    (23), (24), (25), (26), (27), (28), (29), (30), (31), (32), (33), (34), (35), (36), (37), (38), (39), (40), (41)) n (id)
WHERE NOT EXISTS (SELECT 1 FROM ${prefix}barrier b WHERE b.id = n.id);

-- One row per transaction that took users out of the new regime: a node that counts another number forgets who it knew.
CREATE TABLE ${prefix}epoch (
    id        BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration INTEGER NOT NULL
);

CREATE INDEX ${prefix}epoch_by_migration ON ${prefix}epoch (migration);

-- The journal: one line per act on a user, and the only record there is. Lines are numbered by user over all migrations, are
-- added, and are never changed; where a user stands in a migration is the last line of that migration. Each line carries the
-- whole standing after it. NULL means what the comment says. Codes:
--   kind   M migrated, F failed, B rolled back, O reopened, U caught up; X reconciled, H held, L released are kept free
--   status P pending, I in progress, C completed, F failed, R rolled back
--   cause  Q request, D dashboard, P purchase, R run, K confirmation, O operator
CREATE TABLE ${prefix}journal (
    at           TIMESTAMP(6) WITH TIME ZONE NOT NULL,
    migration    INTEGER  NOT NULL,        -- the number of the definition
    run          INTEGER,                  -- the number of the run. NULL: no page of a run wrote the line
    line         INTEGER  NOT NULL CHECK (line >= 1),
    attempt      SMALLINT NOT NULL CHECK (attempt >= 1),
    kind         CHAR(1) NOT NULL CHECK (kind IN ('M', 'F', 'B', 'O', 'X', 'U', 'H', 'L')),
    status       CHAR(1) NOT NULL CHECK (status IN ('P', 'I', 'C', 'F', 'R')),
    cause        CHAR(1) NOT NULL CHECK (cause IN ('Q', 'D', 'P', 'R', 'K', 'O')),
    is_last      BOOLEAN  NOT NULL,        -- whether it is the user's last line of the migration: the one column that changes
    user_id      VARCHAR(255) NOT NULL,
    old_credits  NUMERIC(38, 18),
    new_credits  NUMERIC(38, 18),
    host_state   VARCHAR(4000),            -- marker and captured columns before the migration. NULL: no MIGRATED line
    figures_line INTEGER,                  -- the MIGRATED line with figures and rollback data. NULL: this one if it is one, else none
    hold         CHAR(1),                  -- NULL: no hold
    answer       CHAR(1),                  -- NULL: no answer
    granted      NUMERIC(38, 18),          -- NULL: nothing
    consumed     NUMERIC(38, 18),          -- NULL: 0
    copied       BIGINT,                   -- NULL: 0
    operations   BIGINT,                   -- as the policy of a grant saw them. NULL: no MIGRATED line of a grant
    days         SMALLINT,                 -- likewise
    old_rate     NUMERIC(18, 6),           -- NULL: the definition's, on a ROLLED_BACK line its new rate
    new_rate     NUMERIC(18, 6),           -- NULL: the definition's, on a ROLLED_BACK line its old rate
    unit         NUMERIC(18, 6),           -- the unit that the last unit line left. NULL: this line says it, or none does
    unit_at      TIMESTAMP(6) WITH TIME ZONE, -- NULL: this line's own time, or none
    actor_kind   CHAR(1),                  -- A automatic, U user, O operator. NULL: the trigger itself
    actor        VARCHAR(255),             -- NULL: the trigger itself
    reason       VARCHAR(500),             -- NULL: the built-in policy gives it from the figures
    attributes   CLOB,                     -- NULL: none
    bonus        NUMERIC(38, 18),          -- granted beside a conversion. NULL: nothing
    error        VARCHAR(1000),            -- NULL: it did not fail
    -- 1 for a last line that needs attention: not COMPLETED, or held. NULL for all others
    is_open      SMALLINT GENERATED ALWAYS AS (CASE WHEN is_last AND (status <> 'C' OR hold IS NOT NULL) THEN 1 END),
    PRIMARY KEY (user_id, line)
);

CREATE INDEX ${prefix}journal_open ON ${prefix}journal (migration, is_open, status, user_id);

-- Seals, each chained to the one before it.
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

-- The digest of each row as it was when it was sealed: tells which row was altered or taken away since. Kinds: 0 the
-- definition, 1 a finished run, 2 a line of the journal. The name is a user id for lines, otherwise the id.
CREATE TABLE ${prefix}sealed (
    migration_id VARCHAR(64)  NOT NULL,
    kind         SMALLINT     NOT NULL CHECK (kind IN (0, 1, 2)),
    name         VARCHAR(255) NOT NULL,
    number       INTEGER      NOT NULL,
    seal         INTEGER      NOT NULL,
    digest       CHAR(64)     NOT NULL,
    PRIMARY KEY (migration_id, kind, name, number)
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
    number           INTEGER GENERATED ALWAYS AS IDENTITY UNIQUE,
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

-- The ranges of users that a run is cut into: after one id up to another, each with the position that its pages move and
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
    withdrawn      NUMERIC(60, 18) NOT NULL,
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

-- Notices to users, queued in the transaction of the change that they speak of, with the number of the run whose page it
-- was. A lease is a due time in the future.
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
    run          INTEGER,
    PRIMARY KEY (migration_id, user_id, attempt, kind)
);

CREATE INDEX ${prefix}notice_by_state ON ${prefix}notice (state, state_at);

-- Where each user stands, for people, SQL and JPA: one row per migration and user.
CREATE VIEW ${prefix}record AS
SELECT CAST(j.migration AS VARCHAR) || ':' || j.user_id AS id,
       j.user_id AS user_id,
       CASE j.status WHEN 'C' THEN 'COMPLETED' WHEN 'F' THEN 'FAILED' WHEN 'R' THEN 'ROLLED_BACK' WHEN 'I' THEN 'IN_PROGRESS' ELSE 'PENDING' END AS migration_status,
       COALESCE(f.granted, 0) AS initial_credits_granted,
       COALESCE(j.copied, 0) AS historical_operations,
       CASE WHEN j.status = 'C' THEN COALESCE(f.at, j.at) ELSE j.at END AS migration_date,
       CASE WHEN f.host_state IS NOT NULL THEN
           CAST(JSON_OBJECT('oldCredits': f.old_credits, 'newCredits': f.new_credits, 'oldRate': COALESCE(f.old_rate, d.old_rate), 'newRate': COALESCE(f.new_rate, d.new_rate), 'hostState': f.host_state) AS VARCHAR) END AS rollback_data,
       j.error AS error_message,
       d.id AS migration_id,
       CAST(j.attempt AS INTEGER) AS attempt,
       COALESCE(j.consumed, 0) AS credits_consumed
FROM ${prefix}journal j
JOIN ${prefix}definition d ON d.number = j.migration
LEFT JOIN ${prefix}journal f ON f.user_id = j.user_id
    AND f.line = COALESCE(j.figures_line, CASE WHEN j.kind = 'M' THEN j.line END)
WHERE j.line = (SELECT MAX(n.line) FROM ${prefix}journal n WHERE n.user_id = j.user_id AND n.migration = j.migration);

-- The journal in words, with what NULL stands for. A reason that is NULL is the built-in policy's.
CREATE VIEW ${prefix}log AS
SELECT d.id AS migration_id,
       j.user_id AS user_id,
       j.line AS line,
       CAST(j.attempt AS INTEGER) AS attempt,
       CASE j.kind WHEN 'M' THEN 'MIGRATED' WHEN 'F' THEN 'FAILED' WHEN 'B' THEN 'ROLLED_BACK' WHEN 'O' THEN 'REOPENED' WHEN 'U' THEN 'CAUGHT_UP' WHEN 'X' THEN 'RECONCILED' WHEN 'H' THEN 'HELD' ELSE 'RELEASED' END AS kind,
       CASE j.status WHEN 'C' THEN 'COMPLETED' WHEN 'F' THEN 'FAILED' WHEN 'R' THEN 'ROLLED_BACK' WHEN 'I' THEN 'IN_PROGRESS' ELSE 'PENDING' END AS status,
       CASE j.cause WHEN 'Q' THEN 'REQUEST' WHEN 'D' THEN 'DASHBOARD' WHEN 'P' THEN 'PURCHASE' WHEN 'R' THEN 'RUN' WHEN 'K' THEN 'CONFIRMATION' ELSE 'OPERATOR' END AS cause,
       j.at AS logged_at,
       j.old_credits AS old_credits,
       j.new_credits AS new_credits,
       COALESCE(j.old_rate, CASE j.kind WHEN 'M' THEN d.old_rate WHEN 'B' THEN d.new_rate END) AS old_rate,
       COALESCE(j.new_rate, CASE j.kind WHEN 'M' THEN d.new_rate WHEN 'B' THEN d.old_rate END) AS new_rate,
       COALESCE(j.granted, 0) AS granted,
       COALESCE(j.consumed, 0) AS consumed,
       COALESCE(j.copied, 0) AS copied,
       CASE COALESCE(j.actor_kind, 'A') WHEN 'U' THEN 'USER' WHEN 'O' THEN 'OPERATOR' ELSE 'AUTOMATIC' END AS actor_kind,
       COALESCE(j.actor, CASE j.cause WHEN 'R' THEN 'run' WHEN 'K' THEN 'confirmation' WHEN 'O' THEN 'migrate' ELSE 'zero-credits' END) AS actor,
       j.reason AS reason,
       j.error AS error,
       r.id AS run_id
FROM ${prefix}journal j
JOIN ${prefix}definition d ON d.number = j.migration
LEFT JOIN ${prefix}run r ON r.number = j.run;
