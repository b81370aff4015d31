-- What the bot may write, and how fast.

-- A channel into which nothing can be written: Slack's word for it, since when, and when it is looked at again. Its runs go on
-- and its messages wait.
ALTER TABLE countersign.channel_lease
  ADD COLUMN closed       text,
  ADD COLUMN closed_since timestamptz,
  ADD COLUMN look_at      timestamptz,
  ADD CONSTRAINT closed_is_whole CHECK ((closed IS NULL) = (closed_since IS NULL) AND (closed IS NULL) = (look_at IS NULL));

-- Slack allows 50 edits a minute for the whole workspace, however many bots there are: each edit takes a slot for a minute. We
-- take 45. The higher a slot's number, the fewer things may take it.
CREATE TABLE countersign.edit_slot (
  n        int PRIMARY KEY,
  taken_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO countersign.edit_slot (n) SELECT generate_series(1, 45);
