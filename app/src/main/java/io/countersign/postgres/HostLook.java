package io.countersign.postgres;

import io.countersign.action.ActionFailed;
import io.countersign.estate.Estate.RestoreSource;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the bot's own host has for the servers of an estate. Changes nothing. */
public final class HostLook {
  private static final List<String> CLIENTS = List.of("pg_dump", "pg_restore");
  private static final List<String> SERVERS =
      List.of("postgres", "pg_ctl", "pg_controldata", "pg_waldump");

  private final RestoreSource source;

  public HostLook(RestoreSource source) {
    this.source = source;
  }

  /**
   * The programs of a major version that are not there.
   *
   * @return their names, with the remedy
   */
  public Map<String, String> missingPrograms(int major) {
    var missing = new LinkedHashMap<String, String>();
    var folders =
        source.programs().isEmpty() ? List.<Path>of() : List.of(Path.of(source.programs()));
    // looking makes no scratch folder, so it does not matter where one would lie
    var clients = new ClientPrograms(folders, Path.of(System.getProperty("java.io.tmpdir")));
    for (var program : CLIENTS) {
      try {
        clients.find(program, major);
      } catch (ActionFailed absent) {
        missing.put(program, "apt-get install postgresql-client-" + major);
      }
    }
    var servers = new ServerPrograms(source.programs());
    for (var program : SERVERS) {
      try {
        servers.path(major, program);
      } catch (RestorerUnavailable absent) {
        missing.put(program, absent.problem().next());
      }
    }
    return missing;
  }

  /**
   * When the newest finished base backup of a server ended.
   *
   * @throws IOException where the folder cannot be read
   */
  public Optional<Instant> newestBase(String systemIdentifier) throws IOException {
    var all =
        BaseBackups.of(Path.of(source.baseBackups()), Path.of(source.archive()), systemIdentifier);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast().ended());
  }

  /** Whether a WAL file that the server has archived lies in the archive's folder. */
  public boolean hasArchived(String walFile) {
    return Files.isReadable(Path.of(source.archive()).resolve(walFile));
  }
}
