-- When a run has ended no event follows it. That somebody had the product's processes told again stands here, as a row of the
-- run's chain like all its others.

CREATE TABLE countersign.notice (
  id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  run     text NOT NULL REFERENCES countersign.run (id),
  number  int NOT NULL CHECK (number >= 1),
  request text NOT NULL UNIQUE CHECK (length(request) BETWEEN 1 AND 600),
  person  text NOT NULL,
  door    text NOT NULL CHECK (length(door) BETWEEN 1 AND 40),
  at      timestamptz NOT NULL DEFAULT countersign.now(),
  UNIQUE (run, number)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON countersign.notice
  FOR EACH ROW EXECUTE FUNCTION countersign.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON countersign.notice
  FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change();
CREATE TRIGGER audit_link AFTER INSERT OR UPDATE ON countersign.notice
  FOR EACH ROW EXECUTE FUNCTION countersign.audit_link();

-- As before, and this table with the others.
CREATE OR REPLACE FUNCTION countersign.audit_cover_new_columns() RETURNS void
  LANGUAGE plpgsql SET timezone = 'UTC' SET intervalstyle = 'postgres' AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['run', 'run_event', 'gate', 'vote', 'step_attempt', 'notice', 'audit_read', 'audit_anchor'] LOOP
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
