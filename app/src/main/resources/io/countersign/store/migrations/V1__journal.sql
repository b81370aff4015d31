-- Countersign's own database: queue, journal, lock and clock. What must never happen is refused here, whoever asks.

-- The one clock. clock_timestamp(), not now(): a vote that waited for a lock must not be judged by the time at which it began
-- to wait. A sandbox replaces this one function to skip time; nothing else knows.
CREATE FUNCTION countersign.now() RETURNS timestamptz
  LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;

CREATE FUNCTION countersign.refuse_change() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- What came in from outside; the key is the memory of redeliveries.
CREATE TABLE countersign.request (
  key         text PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 300),
  kind        text NOT NULL,
  body        jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT countersign.now(),
  given_at    timestamptz NOT NULL DEFAULT countersign.now(),
  handled_at  timestamptz
);
CREATE INDEX request_waiting ON countersign.request (given_at) WHERE handled_at IS NULL;

-- A plan that was shown and may be started.
CREATE TABLE countersign.draft (
  id         text PRIMARY KEY,
  person     text NOT NULL,
  spec       jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT countersign.now()
);

CREATE TABLE countersign.run (
  id             text PRIMARY KEY CHECK (id ~ '^[0-9a-hjkmnp-tv-z]{8}$'),
  subject        text NOT NULL,
  estate         text NOT NULL,
  runbook        text NOT NULL,
  runbook_digest text NOT NULL CHECK (runbook_digest ~ '^[0-9a-f]{64}$'),
  requester      text NOT NULL,
  channel        text NOT NULL,
  draft          text NOT NULL UNIQUE,
  epoch          bigint NOT NULL DEFAULT 0,
  seq            bigint NOT NULL DEFAULT 0,
  halted         boolean NOT NULL DEFAULT false,
  requested_at   timestamptz NOT NULL,
  ended_at       timestamptz,
  ending         text CHECK (ending IN ('DONE', 'FAILED', 'CANCELLED', 'DENIED', 'EXPIRED')),
  CHECK ((ended_at IS NULL) = (ending IS NULL))
);
-- The lock of a subject IS its unfinished run: it cannot leak, because there is nothing to release.
CREATE UNIQUE INDEX run_holds_subject ON countersign.run (subject) WHERE ended_at IS NULL;

CREATE FUNCTION countersign.guard_run() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'runs are never removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'run % has ended and does not change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.epoch < OLD.epoch OR NEW.seq < OLD.seq THEN
    RAISE EXCEPTION 'epoch and seq of run % only grow', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.id, NEW.subject, NEW.requester, NEW.runbook_digest, NEW.draft)
      IS DISTINCT FROM (OLD.id, OLD.subject, OLD.requester, OLD.runbook_digest, OLD.draft) THEN
    RAISE EXCEPTION 'what run % is and who asked for it never changes', OLD.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_run BEFORE UPDATE OR DELETE ON countersign.run
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_run();

CREATE TABLE countersign.run_event (
  run  text NOT NULL REFERENCES countersign.run (id),
  seq  bigint NOT NULL CHECK (seq >= 1),
  kind text NOT NULL,
  v    int NOT NULL,
  body jsonb NOT NULL,
  at   timestamptz NOT NULL,
  PRIMARY KEY (run, seq)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON countersign.run_event
  FOR EACH ROW EXECUTE FUNCTION countersign.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON countersign.run_event
  FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change();

CREATE TABLE countersign.gate (
  id         uuid PRIMARY KEY,
  run        text NOT NULL REFERENCES countersign.run (id),
  step       text NOT NULL,
  opening    int NOT NULL CHECK (opening >= 1),
  digest     text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  nonce      text NOT NULL CHECK (length(nonce) >= 16),
  status     text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'APPROVED', 'DENIED', 'EXPIRED', 'CLOSED')),
  requester  text NOT NULL,
  barred     text[] NOT NULL DEFAULT '{}',
  approvals  int NOT NULL CHECK (approvals BETWEEN 1 AND 9),
  policy     jsonb NOT NULL,
  order_text text NOT NULL,
  opened_at  timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > opened_at),
  decided_at timestamptz,
  UNIQUE (run, step, opening),
  UNIQUE (id, status),
  UNIQUE (id, requester),
  CHECK ((status = 'OPEN') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX gate_one_open ON countersign.gate (run, step) WHERE status = 'OPEN';

CREATE TABLE countersign.vote (
  gate      uuid NOT NULL,
  requester text NOT NULL,
  person    text NOT NULL,
  choice    text NOT NULL CHECK (choice IN ('APPROVE', 'DENY')),
  reason    text NOT NULL,
  door      text NOT NULL,
  at        timestamptz NOT NULL,
  PRIMARY KEY (gate, person),
  FOREIGN KEY (gate, requester) REFERENCES countersign.gate (id, requester),
  CONSTRAINT voter_is_not_requester CHECK (person <> requester),
  CONSTRAINT denial_has_reason CHECK (choice <> 'DENY' OR length(trim(reason)) > 0)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON countersign.vote
  FOR EACH ROW EXECUTE FUNCTION countersign.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON countersign.vote
  FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change();

-- A vote is written only for an open gate in its time.
CREATE FUNCTION countersign.guard_vote() RETURNS trigger
  LANGUAGE plpgsql AS $$
DECLARE g countersign.gate;
BEGIN
  SELECT * INTO g FROM countersign.gate WHERE id = NEW.gate FOR UPDATE;
  IF g.status <> 'OPEN' OR countersign.now() >= g.expires_at THEN
    RAISE EXCEPTION 'gate % takes no votes', NEW.gate USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.person = ANY (g.barred) THEN
    RAISE EXCEPTION '% may not vote on gate %', NEW.person, NEW.gate USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_vote BEFORE INSERT ON countersign.vote
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_vote();

-- What a gate asks never changes; its status moves one way, and to APPROVED only by enough votes in time.
CREATE FUNCTION countersign.guard_gate() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'gates are never removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.id, NEW.run, NEW.step, NEW.opening, NEW.digest, NEW.nonce, NEW.requester, NEW.barred, NEW.approvals, NEW.policy,
      NEW.order_text, NEW.opened_at, NEW.expires_at)
     IS DISTINCT FROM
     (OLD.id, OLD.run, OLD.step, OLD.opening, OLD.digest, OLD.nonce, OLD.requester, OLD.barred, OLD.approvals, OLD.policy,
      OLD.order_text, OLD.opened_at, OLD.expires_at) THEN
    RAISE EXCEPTION 'what gate % asks never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status <> OLD.status THEN
    IF NOT (OLD.status = 'OPEN' OR (OLD.status = 'APPROVED' AND NEW.status = 'CLOSED')) THEN
      RAISE EXCEPTION 'gate % is % and stays so', OLD.id, OLD.status USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status = 'APPROVED'
       AND (countersign.now() >= OLD.expires_at
            OR (SELECT count(*) FROM countersign.vote WHERE gate = OLD.id AND choice = 'APPROVE') < OLD.approvals
            OR EXISTS (SELECT FROM countersign.vote WHERE gate = OLD.id AND choice = 'DENY')) THEN
      RAISE EXCEPTION 'gate % has not been approved', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_gate BEFORE UPDATE OR DELETE ON countersign.gate
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_gate();

CREATE FUNCTION countersign.guard_new_gate() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'OPEN' THEN
    RAISE EXCEPTION 'a gate begins open' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.requester <> (SELECT requester FROM countersign.run WHERE id = NEW.run) THEN
    RAISE EXCEPTION 'the requester of gate % is not the requester of its run', NEW.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_new_gate BEFORE INSERT ON countersign.gate
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_new_gate();

CREATE TABLE countersign.step_attempt (
  run         text NOT NULL REFERENCES countersign.run (id),
  step        text NOT NULL CHECK (length(step) BETWEEN 1 AND 24),
  attempt     int NOT NULL CHECK (attempt >= 1),
  epoch       bigint NOT NULL,
  state       text NOT NULL DEFAULT 'STARTED'
              CHECK (state IN ('STARTED', 'DONE', 'FAILED', 'DRIFTED', 'ABANDONED', 'IN_DOUBT')),
  risk        text NOT NULL CHECK (risk IN ('SAFE', 'OWNED', 'DESTRUCTIVE')),
  action      text NOT NULL,
  intent      jsonb NOT NULL,
  gate        uuid,
  gate_status text CHECK (gate_status = 'APPROVED'),
  gate_digest text,
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  PRIMARY KEY (run, step, attempt),
  FOREIGN KEY (gate, gate_status) REFERENCES countersign.gate (id, status),
  CHECK ((gate IS NULL) = (gate_status IS NULL)),
  CONSTRAINT destructive_needs_approval
    CHECK (risk <> 'DESTRUCTIVE' OR (gate IS NOT NULL AND gate_status IS NOT NULL AND intent <> '{}'::jsonb))
);
CREATE UNIQUE INDEX attempt_one_done ON countersign.step_attempt (run, step) WHERE state = 'DONE';
-- One approval, one success: an approval that a cut-off attempt did not use up may be used again, never after it was.
CREATE UNIQUE INDEX attempt_one_per_gate ON countersign.step_attempt (gate) WHERE state IN ('STARTED', 'IN_DOUBT', 'DONE', 'FAILED', 'DRIFTED');
CREATE UNIQUE INDEX attempt_one_going ON countersign.step_attempt (run, step) WHERE state IN ('STARTED', 'IN_DOUBT');

CREATE FUNCTION countersign.guard_attempt() RETURNS trigger
  LANGUAGE plpgsql AS $$
DECLARE r countersign.run; g countersign.gate;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'attempts are never removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF (NEW.run, NEW.step, NEW.attempt, NEW.epoch, NEW.risk, NEW.action, NEW.intent, NEW.gate, NEW.started_at)
       IS DISTINCT FROM (OLD.run, OLD.step, OLD.attempt, OLD.epoch, OLD.risk, OLD.action, OLD.intent, OLD.gate, OLD.started_at)
       OR OLD.state NOT IN ('STARTED', 'IN_DOUBT', 'FAILED') THEN
      RAISE EXCEPTION 'attempt %/%/% does not change', OLD.run, OLD.step, OLD.attempt
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  SELECT * INTO r FROM countersign.run WHERE id = NEW.run;
  IF NEW.epoch <> r.epoch OR r.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'epoch % is not the epoch of run %', NEW.epoch, NEW.run USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.gate IS NOT NULL THEN
    SELECT * INTO g FROM countersign.gate WHERE id = NEW.gate;
    IF g.run <> NEW.run OR g.step <> NEW.step OR g.digest IS DISTINCT FROM NEW.gate_digest THEN
      RAISE EXCEPTION 'gate % does not approve %/% with this order', NEW.gate, NEW.run, NEW.step
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  -- What a succeeded destructive step has made live or kept is nobody's to discard, whoever made it.
  IF NEW.risk = 'OWNED' AND EXISTS (
      SELECT FROM countersign.step_attempt d
        CROSS JOIN LATERAL jsonb_each_text(d.intent) AS theirs (name, value)
        CROSS JOIN LATERAL jsonb_each_text(NEW.intent) AS ours (name, value)
      WHERE d.risk = 'DESTRUCTIVE' AND d.state = 'DONE'
        AND d.intent ->> 'server' = NEW.intent ->> 'server'
        AND theirs.name LIKE '%oid' AND ours.name LIKE '%oid' AND theirs.value = ours.value) THEN
    RAISE EXCEPTION 'an OID in this intent belongs to a succeeded destructive step'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_attempt BEFORE INSERT OR UPDATE OR DELETE ON countersign.step_attempt
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_attempt();

CREATE TABLE countersign.step_progress (
  run     text PRIMARY KEY REFERENCES countersign.run (id),
  step    text NOT NULL,
  attempt int NOT NULL,
  done    bigint NOT NULL,
  total   bigint NOT NULL,
  unit    text NOT NULL,
  at      timestamptz NOT NULL
);

-- What should stand in channels, and what does. Keys only: the text is made when it is sent.
CREATE TABLE countersign.post (
  run        text NOT NULL REFERENCES countersign.run (id),
  key        text NOT NULL,
  channel    text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('ROOT', 'CARD', 'LINE', 'BROADCAST')),
  seq        bigint NOT NULL,
  wanted_seq bigint NOT NULL,
  shown_seq  bigint NOT NULL DEFAULT 0,
  ts         text,
  tries      int NOT NULL DEFAULT 0,
  next_try   timestamptz NOT NULL DEFAULT countersign.now(),
  trouble    text,
  PRIMARY KEY (run, key)
);
CREATE INDEX post_behind ON countersign.post (channel, next_try) WHERE shown_seq < wanted_seq;

CREATE TABLE countersign.channel_lease (
  channel text PRIMARY KEY,
  sender  text NOT NULL,
  until   timestamptz NOT NULL
);

-- db-scheduler's table; one task name for ever, instance = run id.
CREATE TABLE countersign.scheduled_tasks (
  task_name            text NOT NULL,
  task_instance        text NOT NULL,
  task_data            bytea,
  execution_time       timestamptz NOT NULL,
  picked               boolean NOT NULL,
  picked_by            text,
  last_success         timestamptz,
  last_failure         timestamptz,
  consecutive_failures int,
  last_heartbeat       timestamptz,
  version              bigint NOT NULL,
  priority             smallint,
  PRIMARY KEY (task_name, task_instance)
);
CREATE INDEX scheduled_tasks_time ON countersign.scheduled_tasks (execution_time);
CREATE INDEX scheduled_tasks_heartbeat ON countersign.scheduled_tasks (last_heartbeat);
