-- One tenant's rows, obviously made up, as its owner.
SET ROLE :"owner";

INSERT INTO identity.organization (name)
SELECT 'Organization ' || n || ' of ' || :'slug' FROM generate_series(1, 20) n;

INSERT INTO security.app_user (organization_id, email)
SELECT 1 + n % 20, 'user' || n || '@' || :'slug' || '.example' FROM generate_series(1, 200) n;

-- the canary is among the rows that the bad migration deletes: a restore brings it back
INSERT INTO members.member (organization_id, code, display_name, birth_year, contact)
SELECT 1 + n % 20,
       'M' || lpad(n::text, 6, '0'),
       CASE WHEN n = 8 AND :'slug' = 'acme' THEN 'CANARY-ROW-7f3a' ELSE 'Member ' || n || ' of ' || :'slug' END,
       1930 + n % 80,
       jsonb_build_object('mail', 'member' || n || '@' || :'slug' || '.example')
  FROM generate_series(1, :members) n;

INSERT INTO members.address (member_id, street, postcode)
SELECT id, id || ' Made-up Street', lpad((id % 100000)::text, 5, '0') FROM members.member;

INSERT INTO members.claim (member_id, amount, status, submitted_at)
SELECT m.id, 10 + (m.id * 7 + n) % 900,
       (ARRAY['open', 'paid', 'refused'])[n]::members.claim_status,
       timestamptz '2024-06-01' + n * interval '30 days' + m.id * interval '1 minute'
  FROM members.member m, generate_series(1, 3) n;

INSERT INTO members.event (at, what)
SELECT timestamptz '2024-12-01' + n * interval '1 day', 'made-up event ' || n FROM generate_series(1, 60) n;

INSERT INTO pgboss.job (name, state, created_on)
SELECT 'send-reminder', CASE WHEN n % 5 = 0 THEN 'created' ELSE 'completed' END, now() - n * interval '1 minute'
  FROM generate_series(1, 50) n;

REFRESH MATERIALIZED VIEW members.claim_total;
RESET ROLE;
ANALYZE;
