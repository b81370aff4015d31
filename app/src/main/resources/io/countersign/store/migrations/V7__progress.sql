-- What is told beside a number: "12 of 31 tables".
ALTER TABLE countersign.step_progress
  ADD COLUMN also text NOT NULL DEFAULT '' CHECK (length(also) <= 80);

DO $$ BEGIN PERFORM countersign.audit_cover_new_columns(); END $$;
