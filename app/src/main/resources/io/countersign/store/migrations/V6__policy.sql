-- What a gate's policy asks beyond a number: one of each role, time to think again, and being called.

-- A schedule's gate takes one approval more than the nine that a policy may write.
ALTER TABLE countersign.gate DROP CONSTRAINT gate_approvals_check;
ALTER TABLE countersign.gate ADD CONSTRAINT gate_approvals_check CHECK (approvals BETWEEN 1 AND 10);

-- Of the gate's roles those that the voter held at that moment.
ALTER TABLE countersign.vote ADD COLUMN roles text[] NOT NULL DEFAULT '{}';

-- How long an approved step still waits, and can be stopped.
CREATE FUNCTION countersign.starts_at(g countersign.gate) RETURNS timestamptz
  LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN g.status = 'APPROVED' THEN g.decided_at + coalesce((g.policy ->> 'coolOff')::interval, interval '0') END $$;

-- A vote is written only for an open gate in its time; a denial also while an approved one cools off.
CREATE OR REPLACE FUNCTION countersign.guard_vote() RETURNS trigger
  LANGUAGE plpgsql AS $$
DECLARE g countersign.gate;
BEGIN
  SELECT * INTO g FROM countersign.gate WHERE id = NEW.gate FOR UPDATE;
  IF NOT (g.status = 'OPEN' AND countersign.now() < g.expires_at)
     AND NOT (NEW.choice = 'DENY' AND g.status = 'APPROVED' AND countersign.now() < countersign.starts_at(g)) THEN
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
  IF NEW.status = OLD.status AND NEW.decided_at IS DISTINCT FROM OLD.decided_at THEN
    RAISE EXCEPTION 'when gate % was decided never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.status <> OLD.status THEN
    IF NOT (OLD.status = 'OPEN' OR (OLD.status = 'APPROVED' AND NEW.status = 'CLOSED')
            OR (OLD.status = 'APPROVED' AND NEW.status = 'DENIED' AND countersign.now() < countersign.starts_at(OLD)
                AND EXISTS (SELECT FROM countersign.vote WHERE gate = OLD.id AND choice = 'DENY'))) THEN
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

-- One of each: no gate is approved while one of its roles stands for nobody. Who fills which place is the bot's to settle.
CREATE FUNCTION countersign.guard_roles() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
      SELECT FROM jsonb_array_elements_text(NEW.policy -> 'from') AS needed (role)
      WHERE NOT EXISTS (SELECT FROM countersign.vote v
                        WHERE v.gate = NEW.id AND v.choice = 'APPROVE' AND needed.role = ANY (v.roles))) THEN
    RAISE EXCEPTION 'gate % has not been approved by one of each role', NEW.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_roles BEFORE UPDATE ON countersign.gate
  FOR EACH ROW WHEN (NEW.status = 'APPROVED' AND OLD.status = 'OPEN') EXECUTE FUNCTION countersign.guard_roles();

-- An approved step does not begin before its gate has cooled off.
CREATE FUNCTION countersign.guard_cool_off() RETURNS trigger
  LANGUAGE plpgsql AS $$
DECLARE g countersign.gate;
BEGIN
  SELECT * INTO g FROM countersign.gate WHERE id = NEW.gate;
  IF countersign.now() < countersign.starts_at(g) THEN
    RAISE EXCEPTION 'gate % still cools off', NEW.gate USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_cool_off BEFORE INSERT ON countersign.step_attempt
  FOR EACH ROW WHEN (NEW.gate IS NOT NULL) EXECUTE FUNCTION countersign.guard_cool_off();

-- When people are called to a gate: at once, again when nobody answers, and a second group. A row is called once; the messages
-- that follow are written down in the same transaction.
CREATE TABLE countersign.gate_call (
  gate      uuid NOT NULL REFERENCES countersign.gate (id),
  kind      text NOT NULL CHECK (kind IN ('OPENED', 'REMINDER', 'ESCALATION')),
  number    int NOT NULL CHECK (number >= 1),
  due_at    timestamptz NOT NULL,
  next_try  timestamptz NOT NULL,
  called_at timestamptz,
  PRIMARY KEY (gate, kind, number)
);
CREATE INDEX gate_call_due ON countersign.gate_call (next_try) WHERE called_at IS NULL;

-- Direct messages: the channel is the person's id.
ALTER TABLE countersign.post DROP CONSTRAINT post_kind_check;
ALTER TABLE countersign.post ADD CONSTRAINT post_kind_check CHECK (kind IN ('ROOT', 'CARD', 'LINE', 'BROADCAST', 'FILE', 'DIRECT'));

-- Columns that came to covered tables belong to their chains from here on.
DO $$ BEGIN PERFORM countersign.audit_cover_new_columns(); END $$;
