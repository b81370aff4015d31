-- Copies of servers that were left behind, and when a channel was told of each: once, and again while it stands.

CREATE TABLE countersign.leftover (
  estate   text NOT NULL,
  name     text NOT NULL,
  told     int NOT NULL DEFAULT 0 CHECK (told >= 0),
  told_at  timestamptz,
  tried    int NOT NULL DEFAULT 0 CHECK (tried >= told),
  sender   text NOT NULL,
  until    timestamptz NOT NULL,
  PRIMARY KEY (estate, name)
);
