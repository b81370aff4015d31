package io.countersign.store;

import io.countersign.Person;
import io.countersign.RunId;
import io.countersign.run.Notices;
import io.countersign.thread.Posts;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Notices on PostgreSQL. */
public final class JdbiNotices implements Notices {
  private final Jdbi jdbi;

  JdbiNotices(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  @Override
  public Standing look(RunId run, String request) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*) FILTER (WHERE request = :request) > 0, count(*) FROM countersign.notice WHERE run = :run
                    """)
                .bind("run", run.value())
                .bind("request", request)
                .map((row, _) -> new Standing(row.getBoolean(1), row.getInt(2)))
                .one());
  }

  /** The run's row is locked, so that two bots number them one after the other. */
  @Override
  public void given(RunId run, Person who, String request, String door) {
    jdbi.useTransaction(
        handle -> {
          var _ = JdbiJournal.lock(handle, run).orElseThrow();
          handle
              .createQuery(
                  """
                  INSERT INTO countersign.notice (run, number, request, person, door)
                  SELECT :run, 1 + count(*), :request, :person, :door FROM countersign.notice WHERE run = :run
                  ON CONFLICT (request) DO NOTHING RETURNING number
                  """)
              .bind("run", run.value())
              .bind("request", request)
              .bind("person", who.key())
              .bind("door", door)
              .mapTo(Integer.class)
              .findOne()
              .ifPresent(number -> say(handle, run, who, number));
        });
  }

  private static void say(Handle handle, RunId run, Person who, int number) {
    handle
        .createUpdate(
            """
            INSERT INTO countersign.post (run, key, channel, kind, seq, wanted_seq)
            SELECT id, :key, channel, :kind, seq, seq FROM countersign.run WHERE id = :run
            """)
        .bind("key", "notice/" + number + "/" + who.key())
        .bind("kind", Posts.Kind.LINE.name())
        .bind("run", run.value())
        .execute();
  }
}
