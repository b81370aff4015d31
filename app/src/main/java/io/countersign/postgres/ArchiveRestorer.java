package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.action.ActionFailed;
import io.countersign.estate.Estate.RestoreSource;
import io.countersign.estate.Login;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.Tls;
import io.countersign.postgres.BaseBackups.Base;
import io.countersign.postgres.CopyFolder.Copying;
import io.countersign.postgres.CopyFolder.Failure;
import io.countersign.postgres.CopyFolder.Finished;
import io.countersign.postgres.CopyFolder.Marker;
import io.countersign.postgres.CopyFolder.Prepared;
import io.countersign.postgres.CopyFolder.Proof;
import io.countersign.postgres.CopyFolder.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Restores a self-hosted server to a past moment, from a base backup and archived WAL, into a
 * second server on this host. All state stands in the copy's folder, and every call goes one step
 * on: prepare, copy the base backup, wait for the archive, replay, prove, leave recovery.
 */
public final class ArchiveRestorer implements ServerRestorer {
  /** How far behind the source's clock the newest moment is that can be asked for. */
  private static final Duration BEHIND = Duration.ofSeconds(1);

  private static final Pattern SAFE_PATH = Pattern.compile("/[A-Za-z0-9/._-]+");
  private static final String SESSION = "cs/restorer";
  private static final int TRIES = 3;

  private final Path bases;
  private final Path archive;
  private final Path copies;
  private final Servers servers;
  private final ServerPrograms programs;

  /**
   * @throws IllegalArgumentException where a folder's name is not absolute or holds other
   *     characters than letters, digits, dots, dashes and underscores: it becomes part of
   *     restore_command
   */
  public ArchiveRestorer(RestoreSource source, Registry registry, SecretStore secrets) {
    this.bases = folder(source.baseBackups());
    this.archive = folder(source.archive());
    this.copies = folder(source.copies());
    this.programs = new ServerPrograms(source.programs());
    this.servers = new Servers(registry, secrets, this);
  }

  @Override
  public Window window(ServerRef source) {
    var live = reaching(source, () -> servers.look(source, SourceServer::facts));
    var found = baseBackups(source, live.systemIdentifier());
    return new Window(found.getFirst().ended(), live.now().minus(BEHIND));
  }

  @Override
  public List<String> plan(String source, String to) {
    return List.of(
        "copy the newest base backup of "
            + source
            + " from before that moment into a folder of this run's own",
        "recovery_target_time = "
            + to
            + ", recovery_target_inclusive = on, recovery_target_action = pause,"
            + " recovery_target_timeline = latest",
        "start it, reachable for the bot alone, and prove the moment by the commits before and"
            + " after it");
  }

  @Override
  public void begin(Copy copy) {
    var folder = CopyFolder.of(copies, copy.server().name());
    if (!folder.exists()) {
      folder.create(copy);
    }
    if (!isOf(folder, copy) || folder.read(Failure.class).isPresent()) {
      return;
    }
    if (folder.read(Prepared.class).isEmpty()) {
      prepare(folder, copy);
    }
    folder.read(Prepared.class).ifPresent(it -> copyBase(folder, it));
  }

  @Override
  public Progress look(Copy copy) {
    var folder = CopyFolder.of(copies, copy.server().name());
    if (!folder.exists()) {
      return new Progress.Absent();
    }
    if (!isOf(folder, copy)) {
      return new Progress.Broken(
          problem(
              copy.server(),
              "another run made a copy of this name.",
              "Retry: a new attempt takes a new name."));
    }
    try {
      return look(folder, copy);
    } catch (RestorerUnavailable unavailable) {
      folder.fail(unavailable.problem());
      return new Progress.Broken(unavailable.problem());
    }
  }

  @Override
  public Optional<Login> login(ServerRef copy) {
    if (!CopyFolder.isName(copy.name())) {
      return Optional.empty();
    }
    var folder = CopyFolder.of(copies, copy.name());
    var marker = folder.read(Marker.class).filter(it -> it.estate().equals(copy.estate()));
    var finished = folder.read(Finished.class);
    if (marker.isEmpty() || finished.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(loginTo(marker.get(), finished.get().port()));
  }

  @Override
  public void remove(Copy copy) {
    var folder = CopyFolder.of(copies, copy.server().name());
    if (!folder.exists() || !isOf(folder, copy)) {
      return;
    }
    folder.read(Copying.class).flatMap(ArchiveRestorer::process).ifPresent(CopyFolder::kill);
    new CopyServer(folder, programs).stop();
    folder.delete();
  }

  @Override
  public List<Standing> standing(String estate) {
    if (!Files.isDirectory(copies)) {
      return List.of();
    }
    try (var all = Files.list(copies)) {
      return all.map(it -> String.valueOf(it.getFileName()))
          .filter(CopyFolder::isName)
          .sorted()
          .map(it -> CopyFolder.of(copies, it))
          .flatMap(it -> it.read(Marker.class).stream())
          .filter(it -> it.estate().equals(estate))
          .map(this::standing)
          .toList();
    } catch (IOException error) {
      throw unreadable(copies);
    }
  }

  private Standing standing(Marker marker) {
    var folder = copies.resolve(marker.server());
    return new Standing(
        marker.server(),
        marker.source(),
        Optional.of(new RunId(marker.run())),
        Optional.empty(),
        "it takes a server's room and memory on the bot's host",
        "pg_ctl stop -m immediate -D " + folder.resolve("data") + "; rm -r " + folder);
  }

  private static boolean isOf(CopyFolder folder, Copy copy) {
    return folder
        .read(Marker.class)
        .filter(it -> it.run().equals(copy.run().value()))
        .filter(it -> it.server().equals(copy.server().name()))
        .filter(it -> it.estate().equals(copy.server().estate()))
        .isPresent();
  }

  /** What stays wrong however often one asks is written down; the rest is thrown. */
  private void prepare(CopyFolder folder, Copy copy) {
    var live = asking(copy.source(), SourceServer::facts);
    try {
      var base = newest(baseBackups(copy.source(), live.systemIdentifier()), copy.target());
      requireRestorable(copy, base, live);
      var owner = FileOwner.of(base.folder());
      var controlled =
          SourceServer.controlled(
              programs.run(
                  owner,
                  Path.of("/"),
                  folder.output("pg_controldata"),
                  Duration.ofSeconds(10),
                  List.of(
                      programs.path(base.major(), "pg_controldata"), base.folder().toString())));
      var settled = asking(copy.source(), it -> SourceServer.settle(it, controlled));
      owner.own(folder.path());
      folder.write(
          new Prepared(
              base.folder().toString(),
              base.major(),
              servers.login(copy.source()).user(),
              settled.awaited(),
              settled.segmentBytes(),
              settled.settings()));
    } catch (RestorerUnavailable unavailable) {
      folder.fail(unavailable.problem());
    } catch (IOException error) {
      folder.fail(unreadable(bases).problem());
    } catch (ActionFailed failed) {
      folder.fail(failed.problem());
    }
  }

  private static Base newest(List<Base> found, Instant target) {
    return found.reversed().stream()
        .filter(it -> !it.ended().isAfter(target))
        .findFirst()
        .orElseThrow(
            () ->
                new RestorerUnavailable(
                    new Problem(
                        "choosing a base backup for " + target,
                        "the oldest one ended at " + found.getFirst().ended() + ".",
                        "Ask for a later moment.")));
  }

  private static void requireRestorable(Copy copy, Base base, TenantDatabases.ServerFacts live)
      throws IOException {
    var server = copy.server();
    if (copy.target().isAfter(live.now().minus(BEHIND))) {
      throw new RestorerUnavailable(
          problem(server, copy.target() + " has not passed yet.", "Ask for an earlier moment."));
    }
    if (base.major() != live.major()) {
      throw new RestorerUnavailable(
          problem(
              server,
              "the base backup is of PostgreSQL "
                  + base.major()
                  + ", the server "
                  + live.major()
                  + ".",
              "Ask for a moment after the upgrade's first base backup."));
    }
    try (var tablespaces = Files.newDirectoryStream(base.folder().resolve("pg_tblspc"))) {
      if (tablespaces.iterator().hasNext()
          || Files.isSymbolicLink(base.folder().resolve("pg_wal"))) {
        throw new RestorerUnavailable(
            problem(
                server,
                "the base backup has tablespaces or links, which a copy would share with it.",
                "Restore this server by hand, or move its tablespaces into the data folder."));
      }
    }
  }

  private Optional<Progress> copyBase(CopyFolder folder, Prepared prepared) {
    var before = folder.read(Copying.class);
    if (before.flatMap(ArchiveRestorer::process).isPresent()) {
      return Optional.of(new Progress.Working("copying the base backup"));
    }
    if (Files.isDirectory(folder.data())) {
      return Optional.empty();
    }
    int times = before.map(Copying::times).orElse(0);
    if (times >= TRIES) {
      throw new RestorerUnavailable(
          new Problem(
              "copying the base backup",
              "it failed " + times + " times.",
              "Check that there is room for a whole server in " + copies + ", then retry."));
    }
    try {
      var half = folder.path().resolve("data.half").toString();
      var script = "rm -rf -- \"$2\" && cp -a -- \"$1\" \"$2\" && mv -- \"$2\" \"$3\"";
      var argv = List.of("sh", "-c", script, "sh", prepared.base(), half, folder.data().toString());
      var owner = FileOwner.of(Path.of(prepared.base()));
      var child = programs.start(owner, folder.path(), folder.output("cp"), argv);
      var started = child.info().startInstant().orElse(null);
      folder.write(new Copying(child.pid(), started, times + 1));
      return Optional.of(new Progress.Working("copying the base backup"));
    } catch (IOException error) {
      throw unreadable(Path.of(prepared.base()));
    }
  }

  private Progress look(CopyFolder folder, Copy copy) {
    var failure = folder.read(Failure.class);
    if (failure.isPresent()) {
      var it = failure.get();
      return new Progress.Broken(new Problem(it.doing(), it.happened(), it.next()));
    }
    var prepared = folder.read(Prepared.class);
    if (prepared.isEmpty()) {
      return new Progress.Working("choosing a base backup");
    }
    var copying = copyBase(folder, prepared.get());
    if (copying.isPresent()) {
      return copying.get();
    }
    if (!archived(prepared.get())) {
      return new Progress.Working(
          "waiting until " + copy.source() + " has archived " + prepared.get().awaited());
    }
    return serve(folder, copy, prepared.get());
  }

  /** The file may be half written while its length is short. */
  private boolean archived(Prepared prepared) {
    try {
      return Files.size(archive.resolve(prepared.awaited())) == prepared.segmentBytes();
    } catch (IOException missing) {
      return false;
    }
  }

  private Progress serve(CopyFolder folder, Copy copy, Prepared prepared) {
    var server = new CopyServer(folder, programs);
    var started = folder.read(Started.class);
    if (started.isPresent() && server.alive()) {
      return converse(folder, copy, prepared, started.get().port());
    }
    var words = server.lastWords();
    if (started.isPresent() && (words.isPresent() || started.get().times() >= TRIES)) {
      throw new RestorerUnavailable(ended(copy, words.orElse("the server copy ended by itself")));
    }
    server.start(prepared, copy.target(), archive);
    return new Progress.Working("starting the server copy");
  }

  private static Problem ended(Copy copy, String words) {
    return words.startsWith("recovery ended before configured recovery target")
        ? problem(
            copy.server(),
            "the archived WAL ends before " + copy.target() + ": " + words + ".",
            "Find the missing WAL files, or ask for an earlier moment.")
        : problem(
            copy.server(),
            "its server ended: " + words + ".",
            "Look into the copy's server.log on the host, then retry.");
  }

  private Progress converse(CopyFolder folder, Copy copy, Prepared prepared, int port) {
    var marker = folder.read(Marker.class).orElseThrow();
    try (var session = Servers.connect(loginTo(marker, port), SESSION)) {
      var replay = MomentProof.replay(session);
      var proof = folder.read(Proof.class);
      if (!replay.recovering()) {
        return finished(folder, copy, proof, port);
      }
      if (!replay.paused()) {
        return new Progress.Working(
            "replaying archived WAL" + replay.lastCommit().map(it -> ", now at " + it).orElse(""));
      }
      if (proof.isEmpty()) {
        folder.write(MomentProof.of(replay, folder, prepared, programs, archive, copy.target()));
      }
      new CopyServer(folder, programs).promote();
      return new Progress.Working("leaving recovery");
    } catch (SQLException error) {
      return unanswered(copy, error);
    }
  }

  private static Progress finished(CopyFolder folder, Copy copy, Optional<Proof> proof, int port) {
    if (proof.isEmpty()) {
      throw new RestorerUnavailable(
          problem(
              copy.server(), "it left recovery before its moment was proved.", "Retry the step."));
    }
    folder.write(new Finished(port));
    var it = proof.get();
    return new Progress.Ready(
        new Exactness(
            Optional.ofNullable(it.lastCommit()),
            Optional.ofNullable(it.nextCommit()),
            it.statement()));
  }

  /** A server that starts refuses sessions for a while; a refused password stays refused. */
  private static Progress unanswered(Copy copy, SQLException error) {
    var state = String.valueOf(error.getSQLState());
    if (state.startsWith("28")) {
      throw new RestorerUnavailable(
          problem(
              copy.server(),
              "it refuses the bot's login ("
                  + ServerErrors.reduced(error)
                  + "): it has the passwords and roles of "
                  + copy.target()
                  + ".",
              "Give the bot the password that it had then, stored as SCRAM, then retry."));
    }
    return new Progress.Working("waiting until the server copy answers");
  }

  private Login loginTo(Marker marker, int port) {
    try {
      var source = servers.login(new ServerRef(marker.estate(), marker.source()));
      // started by this very bot, on its own host
      return source
          .at("127.0.0.1", port)
          .withDatabase(Servers.MAINTENANCE)
          .with(new Tls.AsOffered());
    } catch (ActionFailed failed) {
      throw new RestorerUnavailable(failed.problem());
    }
  }

  private List<Base> baseBackups(ServerRef source, String systemIdentifier) {
    try {
      var found = BaseBackups.of(bases, archive, systemIdentifier);
      if (found.isEmpty()) {
        throw new RestorerUnavailable(
            new Problem(
                "looking for base backups of " + source,
                "there is no finished one in " + bases + ".",
                "Make one: pg_basebackup -c fast -X stream -D " + bases + "/<name>"));
      }
      return found;
    } catch (IOException error) {
      throw unreadable(bases);
    }
  }

  private <T> T asking(ServerRef source, SourceServer.Asking<T> asking) {
    return reaching(
        source,
        () -> {
          try (var session = servers.open(source, Servers.MAINTENANCE, SESSION)) {
            return asking.ask(session);
          }
        });
  }

  private interface Reaching<T> {
    T answer() throws ActionFailed, SQLException;
  }

  private static <T> T reaching(ServerRef source, Reaching<T> reaching) {
    try {
      return reaching.answer();
    } catch (ActionFailed failed) {
      throw new RestorerUnavailable(failed.problem());
    } catch (SQLException error) {
      throw new RestorerUnavailable(
          new Problem(
              "asking " + source + " how far back it can be restored",
              "the server answered: " + ServerErrors.reduced(error) + ".",
              "Look at the server, then retry."));
    }
  }

  private static Optional<ProcessHandle> process(Copying copying) {
    return ProcessHandle.of(copying.pid())
        .filter(ProcessHandle::isAlive)
        .filter(it -> it.info().startInstant().equals(Optional.ofNullable(copying.started())));
  }

  private static Path folder(String name) {
    if (!SAFE_PATH.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "not an absolute path of letters, digits, dots, dashes and underscores: " + name);
    }
    return Path.of(name);
  }

  private static Problem problem(ServerRef copy, String happened, String next) {
    return new Problem("making the server copy " + copy, happened, next);
  }

  private static RestorerUnavailable unreadable(Path what) {
    return new RestorerUnavailable(
        new Problem(
            "reading " + what,
            "the file system refused.",
            "Let the bot read base backups and archive, and write the folder of copies."));
  }
}
