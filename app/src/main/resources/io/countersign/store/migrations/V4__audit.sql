-- The audit: every row that says what happened in a run is chained to the one before by the database itself, in the very
-- transaction that writes it, whatever client writes. Anchors over the heads of all chains are kept outside too.
SET LOCAL timezone = 'UTC';
SET LOCAL intervalstyle = 'postgres';
-- a bot of the version before may be at work: between the rows that are there and the triggers below nothing slips in
LOCK TABLE countersign.run, countersign.run_event, countersign.gate, countersign.vote, countersign.step_attempt
  IN SHARE ROW EXCLUSIVE MODE;

-- How far each chain has come. Only the functions below write it; it is the lock of a chain, and says what the next anchor takes.
CREATE TABLE countersign.audit_head (
  chain    text PRIMARY KEY,
  n        bigint NOT NULL CHECK (n >= 1),
  hash     text NOT NULL,
  anchored bigint NOT NULL DEFAULT 0 CHECK (anchored <= n)
);
CREATE INDEX audit_head_behind ON countersign.audit_head (chain) WHERE n > anchored;

-- One link for each row and each state of a row. A chain is a run's id, or 'reads', or 'anchors'.
CREATE TABLE countersign.audit_link (
  chain    text NOT NULL,
  n        bigint NOT NULL CHECK (n >= 1),
  source   text NOT NULL,
  row_key  text NOT NULL,
  columns  text[] NOT NULL,
  row_hash text NOT NULL,
  previous text NOT NULL,
  at       timestamptz NOT NULL,
  hash     text NOT NULL,
  PRIMARY KEY (chain, n)
);

-- Who was shown something that reveals: an export, a plan with its statements.
CREATE TABLE countersign.audit_read (
  id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  who  text NOT NULL CHECK (length(who) BETWEEN 1 AND 200),
  what text NOT NULL CHECK (what IN ('plan', 'export', 'log')),
  run  text,
  door text NOT NULL CHECK (length(door) BETWEEN 1 AND 40),
  at   timestamptz NOT NULL DEFAULT countersign.now()
);

-- Everything but the occasion is filled in by the database.
CREATE TABLE countersign.audit_anchor (
  number   bigint PRIMARY KEY CHECK (number >= 1),
  occasion text NOT NULL CHECK (occasion IN ('INTERVAL', 'RUN_ENDED')),
  previous text NOT NULL,
  heads    text NOT NULL,
  chains   bigint NOT NULL,
  links    bigint NOT NULL,
  at       timestamptz NOT NULL,
  hash     text NOT NULL
);

-- The heads that have moved since the anchor before: with the chain of anchors they say where each chain stood.
CREATE TABLE countersign.audit_anchor_head (
  anchor bigint NOT NULL REFERENCES countersign.audit_anchor (number) DEFERRABLE INITIALLY DEFERRED,
  chain  text NOT NULL,
  n      bigint NOT NULL,
  hash   text NOT NULL,
  PRIMARY KEY (anchor, chain)
);

-- Which anchor a channel was told last, and which process is telling it now.
CREATE TABLE countersign.audit_told (
  channel text PRIMARY KEY,
  number  bigint NOT NULL DEFAULT 0,
  trying  bigint NOT NULL DEFAULT 0,
  sender  text NOT NULL,
  until   timestamptz NOT NULL
);

-- The written form of hashes. Lengths keep two different contents from one form; the first word is the form's version.
CREATE FUNCTION countersign.audit_text(VARIADIC parts text[]) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(octet_length(convert_to(part, 'UTF8')) || ':' || part || E'\n', '' ORDER BY place)
  FROM unnest(parts) WITH ORDINALITY AS written (part, place) $$;

CREATE FUNCTION countersign.audit_hash(written text) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$ SELECT encode(sha256(convert_to(written, 'UTF8')), 'hex') $$;

CREATE FUNCTION countersign.audit_micros(at timestamptz) RETURNS text
  LANGUAGE sql STABLE AS $$ SELECT ((extract(epoch FROM at) * 1000000)::bigint)::text $$;

CREATE FUNCTION countersign.audit_row_hash(source text, content jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT countersign.audit_hash(countersign.audit_text('countersign.row/1', source)
    || coalesce(string_agg(countersign.audit_text(key, value::text), '' ORDER BY key COLLATE "C"), ''))
  FROM jsonb_each(content) $$;

-- What of a row is covered: all of it; of a run that goes on not the columns that count its work.
CREATE FUNCTION countersign.audit_covered(source text, content jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN source = 'run' AND content ->> 'ended_at' IS NULL
    THEN content - ARRAY['seq', 'epoch', 'halted'] ELSE content END $$;

CREATE FUNCTION countersign.audit_key(source text, content jsonb) RETURNS text
  LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE source
    WHEN 'run_event' THEN content ->> 'seq'
    WHEN 'vote' THEN (content ->> 'gate') || '/' || (content ->> 'person')
    WHEN 'step_attempt' THEN (content ->> 'step') || '/' || (content ->> 'attempt')
    WHEN 'audit_anchor' THEN content ->> 'number'
    ELSE content ->> 'id' END $$;

CREATE FUNCTION countersign.audit_chain(source text, content jsonb) RETURNS text
  LANGUAGE sql STABLE AS $$
  SELECT CASE source
    WHEN 'run' THEN content ->> 'id'
    WHEN 'vote' THEN (SELECT run FROM countersign.gate WHERE id = (content ->> 'gate')::uuid)
    WHEN 'audit_read' THEN 'reads'
    WHEN 'audit_anchor' THEN 'anchors'
    ELSE content ->> 'run' END $$;

CREATE FUNCTION countersign.audit_append(of_chain text, source text, content jsonb) RETURNS void
  LANGUAGE plpgsql AS $$
DECLARE
  head countersign.audit_head;
  link countersign.audit_link;
BEGIN
  -- until the end of this transaction nobody else appends to this chain
  INSERT INTO countersign.audit_head AS h (chain, n, hash) VALUES (of_chain, 1, repeat('0', 64))
    ON CONFLICT (chain) DO UPDATE SET n = h.n + 1 RETURNING * INTO head;
  link.chain := of_chain;
  link.n := head.n;
  link.source := source;
  link.row_key := countersign.audit_key(source, content);
  link.columns := ARRAY(SELECT key FROM jsonb_object_keys(content) AS key ORDER BY key COLLATE "C");
  link.row_hash := countersign.audit_row_hash(source, content);
  link.previous := head.hash;
  link.at := countersign.now();
  link.hash := countersign.audit_hash(countersign.audit_text('countersign.link/1', link.chain, link.n::text, link.source,
    link.row_key, array_to_string(link.columns, ','), link.row_hash, link.previous, countersign.audit_micros(link.at)));
  INSERT INTO countersign.audit_link VALUES (link.*);
  UPDATE countersign.audit_head SET hash = link.hash WHERE chain = of_chain;
END $$;
REVOKE ALL ON FUNCTION countersign.audit_append(text, text, jsonb) FROM PUBLIC;

-- With the owner's rights: the login that serves can append to no chain but by writing the row itself.
CREATE FUNCTION countersign.audit_link() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET intervalstyle = 'postgres' AS $$
DECLARE
  content jsonb := countersign.audit_covered(TG_TABLE_NAME, to_jsonb(NEW));
BEGIN
  IF TG_OP = 'UPDATE' AND content = countersign.audit_covered(TG_TABLE_NAME, to_jsonb(OLD)) THEN
    RETURN NULL;
  END IF;
  PERFORM countersign.audit_append(countersign.audit_chain(TG_TABLE_NAME, content), TG_TABLE_NAME, content);
  RETURN NULL;
END $$;

CREATE FUNCTION countersign.audit_make_anchor() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  before countersign.audit_anchor;
BEGIN
  -- one at a time: whoever comes second finds nothing that has moved
  PERFORM pg_advisory_xact_lock(hashtextextended('countersign.audit_anchor', 0));
  IF NOT EXISTS (SELECT FROM countersign.audit_head WHERE n > anchored AND chain <> 'anchors') THEN
    RETURN NULL;
  END IF;
  SELECT * INTO before FROM countersign.audit_anchor ORDER BY number DESC LIMIT 1;
  NEW.number := coalesce(before.number, 0) + 1;
  NEW.previous := coalesce(before.hash, repeat('0', 64));
  NEW.at := countersign.now();
  -- a chain that is being written to is left to the next anchor
  WITH moved AS (SELECT chain FROM countersign.audit_head WHERE n > anchored ORDER BY chain FOR UPDATE SKIP LOCKED),
       taken AS (UPDATE countersign.audit_head h SET anchored = h.n FROM moved WHERE h.chain = moved.chain
                 RETURNING h.chain, h.n, h.hash)
  INSERT INTO countersign.audit_anchor_head (anchor, chain, n, hash) SELECT NEW.number, chain, n, hash FROM taken;
  SELECT countersign.audit_hash(countersign.audit_text('countersign.heads/1')
           || coalesce(string_agg(countersign.audit_text(chain, n::text, hash), '' ORDER BY chain COLLATE "C"), ''))
    INTO NEW.heads FROM countersign.audit_anchor_head WHERE anchor = NEW.number;
  SELECT count(*), sum(anchored) INTO NEW.chains, NEW.links FROM countersign.audit_head WHERE anchored > 0;
  IF NEW.chains = 0 THEN
    RETURN NULL;
  END IF;
  NEW.hash := countersign.audit_hash(countersign.audit_text('countersign.anchor/1', NEW.number::text, NEW.occasion,
    NEW.previous, NEW.heads, NEW.chains::text, NEW.links::text, countersign.audit_micros(NEW.at)));
  RETURN NEW;
END $$;
CREATE TRIGGER audit_make_anchor BEFORE INSERT ON countersign.audit_anchor
  FOR EACH ROW EXECUTE FUNCTION countersign.audit_make_anchor();

-- What was written before there were chains.
SELECT countersign.audit_append(id, 'run', countersign.audit_covered('run', to_jsonb(run)))
  FROM countersign.run ORDER BY requested_at, id;
SELECT countersign.audit_append(run, 'run_event', to_jsonb(run_event)) FROM countersign.run_event ORDER BY run, seq;
SELECT countersign.audit_append(run, 'gate', to_jsonb(gate)) FROM countersign.gate ORDER BY run, opened_at, id;
SELECT countersign.audit_append(g.run, 'vote', to_jsonb(v))
  FROM countersign.vote v JOIN countersign.gate g ON g.id = v.gate ORDER BY g.run, v.at, v.person;
SELECT countersign.audit_append(run, 'step_attempt', to_jsonb(step_attempt))
  FROM countersign.step_attempt ORDER BY run, started_at, step, attempt;

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['run', 'run_event', 'gate', 'vote', 'step_attempt', 'audit_read', 'audit_anchor'] LOOP
    EXECUTE format('CREATE TRIGGER audit_link AFTER INSERT OR UPDATE ON countersign.%I'
      ' FOR EACH ROW EXECUTE FUNCTION countersign.audit_link()', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['audit_link', 'audit_anchor', 'audit_anchor_head', 'audit_read'] LOOP
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON countersign.%I'
      ' FOR EACH ROW EXECUTE FUNCTION countersign.refuse_change()', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['audit_link', 'audit_anchor', 'audit_anchor_head', 'audit_read', 'audit_head', 'run', 'gate',
      'step_attempt'] LOOP
    EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON countersign.%I'
      ' FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change()', name);
  END LOOP;
END $$;

CREATE FUNCTION countersign.guard_head() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.chain <> OLD.chain OR NEW.n < OLD.n OR NEW.anchored < OLD.anchored THEN
    RAISE EXCEPTION 'chains only grow' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_head BEFORE UPDATE OR DELETE ON countersign.audit_head
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_head();

-- For migrations that add columns to a covered table, as their last statement: rows that still are what their link says
-- get a new link over all columns. Others are left for the verification to find.
CREATE FUNCTION countersign.audit_cover_new_columns() RETURNS void
  LANGUAGE plpgsql SET timezone = 'UTC' SET intervalstyle = 'postgres' AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['run', 'run_event', 'gate', 'vote', 'step_attempt', 'audit_read', 'audit_anchor'] LOOP
    EXECUTE format($q$
      SELECT countersign.audit_append(l.chain, %1$L, c.content)
      FROM (SELECT countersign.audit_covered(%1$L, to_jsonb(t)) AS content FROM countersign.%1$I t) c
      CROSS JOIN LATERAL (
        SELECT * FROM countersign.audit_link
        WHERE chain = countersign.audit_chain(%1$L, c.content) AND source = %1$L
          AND row_key = countersign.audit_key(%1$L, c.content) ORDER BY n DESC LIMIT 1) l
      WHERE l.columns <> ARRAY(SELECT key FROM jsonb_object_keys(c.content) AS key ORDER BY key COLLATE "C")
        AND l.row_hash = countersign.audit_row_hash(%1$L,
              (SELECT jsonb_object_agg(key, value) FROM jsonb_each(c.content) WHERE key = ANY (l.columns)))
      $q$, name);
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION countersign.audit_cover_new_columns() FROM PUBLIC;
