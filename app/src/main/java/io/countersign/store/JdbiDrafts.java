package io.countersign.store;

import io.countersign.Person;
import io.countersign.run.Drafts;
import io.countersign.run.RunSpec;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Plans that were shown, on PostgreSQL. */
public final class JdbiDrafts implements Drafts {
  private final Jdbi jdbi;
  private final Json json;

  JdbiDrafts(Jdbi jdbi, Json json) {
    this.jdbi = jdbi;
    this.json = json;
  }

  @Override
  public void keep(String id, RunSpec spec) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "INSERT INTO countersign.draft (id, person, spec) VALUES (:id, :person,"
                        + " CAST(:spec AS jsonb))")
                .bind("id", id)
                .bind("person", spec.requester().key())
                .bind("spec", json.text(spec))
                .execute());
  }

  @Override
  public Optional<Kept> find(String id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT person, spec::text, extract(epoch FROM countersign.now() - created_at)
                    FROM countersign.draft WHERE id = :id
                    """)
                .bind("id", id)
                .map(
                    (rows, _) ->
                        new Kept(
                            Person.ofKey(rows.getString(1)),
                            json.read(rows.getString(2), RunSpec.class),
                            Duration.ofSeconds(rows.getLong(3))))
                .findOne());
  }
}
