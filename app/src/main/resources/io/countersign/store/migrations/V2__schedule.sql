-- What comes later, and approvals that have to be typed.

-- What an approver has to type, where the gate asks for it; and what each voter typed.
ALTER TABLE countersign.gate ADD COLUMN phrase text CHECK (length(trim(phrase)) > 0);
ALTER TABLE countersign.vote ADD COLUMN typed text NOT NULL DEFAULT '';

CREATE OR REPLACE FUNCTION countersign.guard_vote() RETURNS trigger
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
  IF NEW.choice = 'APPROVE' AND g.phrase IS NOT NULL AND NEW.typed <> g.phrase THEN
    RAISE EXCEPTION 'gate % is approved only by who types its phrase', NEW.gate USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION countersign.guard_gate() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'gates are never removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.id, NEW.run, NEW.step, NEW.opening, NEW.digest, NEW.nonce, NEW.requester, NEW.barred, NEW.approvals, NEW.policy,
      NEW.order_text, NEW.phrase, NEW.opened_at, NEW.expires_at)
     IS DISTINCT FROM
     (OLD.id, OLD.run, OLD.step, OLD.opening, OLD.digest, OLD.nonce, OLD.requester, OLD.barred, OLD.approvals, OLD.policy,
      OLD.order_text, OLD.phrase, OLD.opened_at, OLD.expires_at) THEN
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

-- Each row starts a run of its own when its time has come; the run that wrote it holds nothing any more.
CREATE TABLE countersign.schedule (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  made_by    text NOT NULL REFERENCES countersign.run (id),
  made_step  text NOT NULL,
  runbook    text NOT NULL,
  estate     text NOT NULL,
  tenant     text NOT NULL,
  parameters jsonb NOT NULL,
  requester  text NOT NULL,
  channel    text NOT NULL,
  reason     text NOT NULL,
  due_at     timestamptz NOT NULL,
  again      interval NOT NULL CHECK (again > interval '0'),
  state      text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'RUNNING', 'DONE', 'CANCELLED')),
  firings    int NOT NULL DEFAULT 0,
  run        text REFERENCES countersign.run (id),
  why        text,
  next_try   timestamptz NOT NULL,
  trouble    text,
  made_at    timestamptz NOT NULL DEFAULT countersign.now(),
  UNIQUE (made_by, made_step),
  CHECK (state <> 'RUNNING' OR run IS NOT NULL),
  CHECK ((state = 'CANCELLED') = (why IS NOT NULL))
);
CREATE INDEX schedule_due ON countersign.schedule (next_try) WHERE state = 'PENDING';
CREATE INDEX schedule_run ON countersign.schedule (run) WHERE state = 'RUNNING';

CREATE FUNCTION countersign.guard_schedule() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'schedules are never removed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.state IN ('DONE', 'CANCELLED') THEN
    RAISE EXCEPTION 'schedule % is % and stays so', OLD.id, OLD.state USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.id, NEW.made_by, NEW.made_step, NEW.runbook, NEW.estate, NEW.tenant, NEW.parameters, NEW.requester)
     IS DISTINCT FROM
     (OLD.id, OLD.made_by, OLD.made_step, OLD.runbook, OLD.estate, OLD.tenant, OLD.parameters, OLD.requester) THEN
    RAISE EXCEPTION 'what schedule % starts never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_schedule BEFORE UPDATE OR DELETE ON countersign.schedule
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_schedule();
