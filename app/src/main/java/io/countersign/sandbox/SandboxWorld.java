package io.countersign.sandbox;

import io.countersign.sandbox.azure.StandInAzure;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.MedsuiteEstate;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The world around the bot: a live cluster with medsuite on it, and a Slack. The bot itself is
 * started by whoever uses this.
 */
public final class SandboxWorld implements AutoCloseable {
  private final Path folder;
  private final MedsuiteWorld medsuite;
  private final @Nullable StandInSlack slack;
  private final @Nullable StandInAzure azure;
  private final Map<String, String> environment;
  private final Transport transport;
  private final AtomicBoolean closed = new AtomicBoolean();

  private SandboxWorld(
      Path folder,
      MedsuiteWorld medsuite,
      @Nullable StandInSlack slack,
      @Nullable StandInAzure azure,
      Map<String, String> environment,
      Transport transport) {
    this.azure = azure;
    this.transport = transport;
    this.folder = folder;
    this.medsuite = medsuite;
    this.slack = slack;
    this.environment = Map.copyOf(environment);
  }

  /**
   * What to start.
   *
   * @param runbooks the folder of runbooks
   * @param estates the folder of estate files, which are copied
   * @param edit changes an estate file's text, for example to shorten its cache times
   * @param port of the page, 0 takes any
   * @param transport by which Slack reaches the bot
   * @param clock of the stand-in Slack
   */
  public record Plan(
      Path runbooks,
      Path estates,
      UnaryOperator<String> edit,
      MedsuiteEstate.Size size,
      Limits limits,
      int port,
      Transport transport,
      Clock clock) {}

  /**
   * Starts the servers and a stand-in Slack.
   *
   * @throws IllegalStateException where PostgreSQL's programs are missing or the port is taken,
   *     with the remedy
   */
  public static SandboxWorld start(Plan plan) {
    return start(plan, folder -> made(folder, plan.size()), Optional.empty());
  }

  /** Starts the servers alone; the bot is told of a Slack that is there already. */
  public static SandboxWorld start(Plan plan, OwnSlack own) {
    return start(plan, folder -> made(folder, plan.size()), Optional.of(own));
  }

  /** Where the demo estate comes from. */
  @FunctionalInterface
  public interface Origin {
    /**
     * @param folder gets {@code live}, {@code secrets} and {@code base}
     * @return the estate on a server that runs
     */
    MedsuiteWorld in(Path folder) throws IOException, SQLException;
  }

  private static MedsuiteWorld made(Path folder, MedsuiteEstate.Size size) throws SQLException {
    var live = LocalCluster.create(folder.resolve("live"), PgPrograms.find());
    live.start();
    return MedsuiteEstate.create(live, folder, size);
  }

  /** The same around an estate that comes from elsewhere, for example a copy of one made before. */
  public static SandboxWorld start(Plan plan, Origin origin) {
    return start(plan, origin, Optional.empty());
  }

  private static SandboxWorld start(Plan plan, Origin origin, Optional<OwnSlack> own) {
    // The port first: where it is taken, nothing has been made yet.
    var slack = own.isPresent() ? null : standIn(plan);
    try {
      var folder = Files.createTempDirectory("countersign-sandbox-");
      // PostgreSQL runs as another user where this process is root
      folder.toFile().setExecutable(true, false);
      folder.toFile().setReadable(true, false);
      var medsuite = origin.in(folder);
      var files = estates(plan, medsuite);
      var azure =
          files.values().stream().anyMatch(Clouds::isFor)
              ? Clouds.start(folder, medsuite, plan.clock())
              : null;
      var environment = environment(plan, folder, medsuite, files, azure);
      environment.putAll(
          slack == null ? own.orElseThrow().settings() : settings(slack, plan.transport()));
      var world = new SandboxWorld(folder, medsuite, slack, azure, environment, plan.transport());
      Runtime.getRuntime().addShutdownHook(new Thread(world::close, "sandbox-close"));
      return world;
    } catch (IOException | SQLException broken) {
      throw new IllegalStateException(
          "the sandbox could not be made: " + broken.getMessage(), broken);
    }
  }

  private static StandInSlack standIn(Plan plan) {
    try {
      return StandInSlack.start(plan.port(), Workspace.demo(), plan.limits(), plan.clock());
    } catch (UncheckedIOException taken) {
      throw new IllegalStateException(
          "Port %d is taken, so the page has no address. Choose another with -Dport=N, or 0 for any free one."
              .formatted(plan.port()),
          taken);
    }
  }

  private static Map<String, String> settings(StandInSlack slack, Transport transport) {
    var settings = new TreeMap<String, String>();
    settings.put("SLACK_API_URL", slack.apiUrl().toString());
    settings.put("SLACK_BOT_TOKEN", slack.workspace().botToken());
    switch (transport) {
      case HTTP -> settings.put("SLACK_SIGNING_SECRET", slack.workspace().signingSecret());
      case SOCKET -> settings.put("SLACK_APP_TOKEN", slack.workspace().appToken());
    }
    settings.put("COUNTERSIGN_PORT", "0");
    settings.put("COUNTERSIGN_ROLES_PLATFORM_ADMIN", "usergroup:" + Workspace.PLATFORM_ADMINS);
    return settings;
  }

  /** The texts of the estates' files, by their names. */
  private static Map<String, String> estates(Plan plan, MedsuiteWorld medsuite) throws IOException {
    var texts = new TreeMap<String, String>();
    try (Stream<Path> files = Files.list(plan.estates())) {
      for (var file : files.filter(it -> it.toString().endsWith(".yaml")).toList()) {
        var estate = withPrograms(Files.readString(file), medsuite.live().programs());
        texts.put(file.getFileName().toString(), plan.edit().apply(estate));
      }
    }
    return texts;
  }

  private static Map<String, String> environment(
      Plan plan,
      Path folder,
      MedsuiteWorld medsuite,
      Map<String, String> files,
      @Nullable StandInAzure azure)
      throws IOException {
    var estates = Files.createDirectory(folder.resolve("estates"));
    for (var file : files.entrySet()) {
      var text = azure == null ? file.getValue() : Clouds.leadingTo(azure, file.getValue());
      Files.writeString(estates.resolve(file.getKey()), text);
    }
    var journal = medsuite.journalLogin();
    var environment = new TreeMap<String, String>();
    environment.put(
        "COUNTERSIGN_DATABASE_URL",
        "jdbc:postgresql://127.0.0.1:" + journal.port() + "/" + journal.database());
    environment.put("COUNTERSIGN_DATABASE_USER", journal.user());
    environment.put("COUNTERSIGN_DATABASE_PASSWORD", journal.password().reveal());
    environment.put("COUNTERSIGN_RUNBOOKS", plan.runbooks().toAbsolutePath().toString());
    environment.put("COUNTERSIGN_ESTATES", estates.toString());
    environment.put("MEDSUITE_BACKUPS", folder.resolve("backups").toString());
    if (azure != null) {
      environment.putAll(Clouds.environment(azure, folder));
      return environment;
    }
    environment.put("MEDSUITE_SECRETS", medsuite.secrets().toString());
    environment.put("MEDSUITE_BASE_BACKUPS", medsuite.baseBackups().toString());
    environment.put("MEDSUITE_ARCHIVE", medsuite.archive().toString());
    environment.put("MEDSUITE_COPIES", folder.resolve("copies").toString());
    return environment;
  }

  /** An estate's file that names the programs, where the bot would not look for them. */
  public static String withPrograms(String estate, PgPrograms programs) {
    return programs
        .unusual()
        .map(it -> estate.replace("\nrestore:\n", "\nrestore:\n  programs: \"" + it + "\"\n"))
        .orElse(estate);
  }

  /** Everything the bot is told, by the names of the environment. */
  public Map<String, String> environment() {
    return environment;
  }

  /** Slack begins to send, by the plan's transport; over HTTP to this address. */
  public void deliverTo(URI bot) {
    switch (transport) {
      case HTTP -> slack().deliverTo(bot);
      case SOCKET -> slack().deliverOverSockets();
    }
  }

  public MedsuiteWorld medsuite() {
    return medsuite;
  }

  /**
   * The stand-in.
   *
   * @throws IllegalStateException where this world has a Slack of the user's own
   */
  public StandInSlack slack() {
    if (slack == null) {
      throw new IllegalStateException("this sandbox has no stand-in Slack");
    }
    return slack;
  }

  /** Where an estate of this world is in Azure. */
  public Optional<StandInAzure> azure() {
    return Optional.ofNullable(azure);
  }

  public Path folder() {
    return folder;
  }

  /**
   * The first column of the first row as the administrator, {@code (no row)} where there is none.
   */
  public String one(String database, String sql) {
    try (var connection = medsuite.live().admin(database);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "(no row)";
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  public void execute(String database, String sql) {
    try (var connection = medsuite.live().admin(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  /** The names of all databases on the live server. */
  public Set<String> databases() {
    return Set.of(
        one("postgres", "SELECT string_agg(datname, ',') FROM pg_database").split(",", -1));
  }

  /** The copies of the server that stand at the moment. */
  public Set<String> copies() {
    var copies = folder.resolve("copies");
    if (!Files.isDirectory(copies)) {
      return Set.of();
    }
    try (Stream<Path> all = Files.list(copies)) {
      return Set.copyOf(all.map(it -> it.getFileName().toString()).toList());
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Moves the bot's clock ahead by replacing the one function that everything asks; it adds up. */
  public void skip(String interval) {
    var database = medsuite.journalLogin().database();
    execute(
        database,
        """
        DO $do$
        DECLARE ahead interval := countersign.now() - clock_timestamp() + interval '%s';
        BEGIN
          EXECUTE format(
            'CREATE OR REPLACE FUNCTION countersign.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $f$ SELECT clock_timestamp() + interval %%L $f$',
            ahead);
        END $do$
        """
            .formatted(interval));
  }

  /** Also called when the process is asked to end; the second call finds nothing left to do. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (slack != null) {
      slack.close();
    }
    if (azure != null) {
      azure.close();
    }
    Leftovers.stopCopies(folder.resolve("copies"));
    medsuite.live().close();
    Leftovers.delete(folder);
  }
}
