package io.countersign.store;

import io.countersign.Digest;
import io.countersign.RunId;
import io.countersign.estate.Backup;
import io.countersign.estate.Backups;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.estate.TenantRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** The catalogue of backups on PostgreSQL. */
public final class JdbiBackups implements Backups {
  private static final String ROWS =
      """
      SELECT id, run, estate, tenant, server, database_oid, database_name, key, bytes, digest, major, taken_at,
             tables, kept_until, read_at
        FROM countersign.backup
       WHERE removed_at IS NULL
      """;

  private final Jdbi jdbi;
  private final Json json;

  JdbiBackups(Jdbi jdbi, Json json) {
    this.jdbi = jdbi;
    this.json = json;
  }

  /** The stored form of the tables' rows. */
  record Tables(List<Backup.TableRows> rows) {
    Tables {
      rows = List.copyOf(rows);
    }
  }

  @Override
  public void add(Backup backup) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO countersign.backup
                      (id, run, estate, tenant, server, database_oid, database_name, key, bytes, digest, major,
                       taken_at, tables, kept_until)
                    VALUES (:id, :run, :estate, :tenant, :server, :oid, :database, :key, :bytes, :digest, :major,
                      :taken, CAST(:tables AS jsonb), :kept)
                    ON CONFLICT (id) DO NOTHING
                    """)
                .bind("id", backup.id())
                .bind("run", backup.run().value())
                .bind("estate", backup.tenant().estate())
                .bind("tenant", backup.tenant().slug())
                .bind("server", backup.database().server().name())
                .bind("oid", backup.database().oid())
                .bind("database", backup.database().name())
                .bind("key", backup.key())
                .bind("bytes", backup.bytes())
                .bind("digest", backup.digest().hex())
                .bind("major", backup.major())
                .bind("taken", backup.takenAt().atOffset(ZoneOffset.UTC))
                .bind("tables", json.text(new Tables(backup.tables())))
                .bind("kept", backup.keptUntil().atOffset(ZoneOffset.UTC))
                .execute());
  }

  @Override
  public Optional<Backup> find(String id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(ROWS + "AND id = :id")
                .bind("id", id)
                .map((rows, _) -> row(rows))
                .findOne());
  }

  @Override
  public List<Backup> of(TenantRef tenant, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    ROWS
                        + "AND estate = :estate AND tenant = :tenant ORDER BY taken_at DESC LIMIT"
                        + " :limit")
                .bind("estate", tenant.estate())
                .bind("tenant", tenant.slug())
                .bind("limit", limit)
                .map((rows, _) -> row(rows))
                .list());
  }

  @Override
  public void read(String id, Instant at) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    "UPDATE countersign.backup SET read_at = :at WHERE id = :id AND removed_at IS"
                        + " NULL")
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .bind("id", id)
                .execute());
  }

  @Override
  public void removed(String id, RunId by) {
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    UPDATE countersign.backup SET removed_at = countersign.now()
                     WHERE id = :id AND run = :run AND removed_at IS NULL
                    """)
                .bind("id", id)
                .bind("run", by.value())
                .execute());
  }

  private Backup row(ResultSet rows) throws SQLException {
    var estate = rows.getString("estate");
    return new Backup(
        rows.getString("id"),
        new RunId(rows.getString("run")),
        new TenantRef(estate, rows.getString("tenant")),
        new DatabaseRef(
            new ServerRef(estate, rows.getString("server")),
            rows.getLong("database_oid"),
            rows.getString("database_name")),
        rows.getString("key"),
        rows.getLong("bytes"),
        new Digest(rows.getString("digest")),
        rows.getInt("major"),
        rows.getObject("taken_at", OffsetDateTime.class).toInstant(),
        json.read(rows.getString("tables"), Tables.class).rows(),
        rows.getObject("kept_until", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(rows.getObject("read_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }
}
