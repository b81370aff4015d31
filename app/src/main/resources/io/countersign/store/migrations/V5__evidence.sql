-- What a card has no room for is posted as a file in the thread, by the same rows of keys.
ALTER TABLE countersign.post DROP CONSTRAINT post_kind_check;
ALTER TABLE countersign.post ADD CONSTRAINT post_kind_check
  CHECK (kind IN ('ROOT', 'CARD', 'LINE', 'BROADCAST', 'FILE'));
