package io.countersign.sandbox.postgres;

import static io.countersign.postgres.Identifiers.literal;
import static io.countersign.postgres.Identifiers.quoted;

import io.countersign.Secret;
import io.countersign.estate.Login;
import io.countersign.store.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/**
 * Makes the demo estate medsuite on one server: a registry, three tenants with a database each, the
 * bot's role with the rights in {@code manifest/estates/medsuite-grants.sql}, and the bot's own
 * database.
 */
public final class MedsuiteEstate {
  /** The registry's database. */
  public static final String REGISTRY = "medsuite";

  /** The bot's role on the tenants' server and in the registry. */
  public static final String BOT = "countersign_bot";

  /** The secret with the bot's login on the tenants' server. */
  public static final String SERVER_SECRET = "pg-us-east-1-admin";

  /** The secret with the bot's login to the registry. */
  public static final String REGISTRY_SECRET = "registry-admin";

  static final String READER_SECRET = "registry-app";
  static final String JOURNAL_SECRET = "countersign-journal";
  static final String JOURNAL_OWNER_SECRET = "countersign-journal-owner";

  private static final String MAINTENANCE = "postgres";
  private static final Map<String, String> TENANTS =
      Map.of("acme", "Acme Health", "globex", "Globex Care", "north-clinic", "North Clinic");

  private final LocalCluster live;
  private final Path folder;
  private final Size size;

  private MedsuiteEstate(LocalCluster live, Path folder, Size size) {
    this.live = live;
    this.folder = folder;
    this.size = size;
  }

  /** How many members the tenants have; everything else follows. */
  public record Size(int acme, int others) {
    public static final Size STANDARD = new Size(4000, 500);
    public static final Size SMALL = new Size(400, 100);
  }

  /**
   * Makes everything on a running, empty server, and a base backup of it.
   *
   * @param folder gets {@code secrets} and {@code base}
   */
  public static MedsuiteWorld create(LocalCluster live, Path folder, Size size)
      throws SQLException {
    return new MedsuiteEstate(live, folder.toAbsolutePath(), size).create();
  }

  /**
   * The estate on a running copy of a server that has it. The copy listens on a port of its own, so
   * the secrets and the registry's row of the server are brought up to date.
   *
   * @param folder the copy's counterpart of the folder that {@link #create} was given
   */
  public static MedsuiteWorld reopen(LocalCluster live, Path folder) throws SQLException {
    var estate = new MedsuiteEstate(live, folder.toAbsolutePath(), Size.SMALL);
    estate.moveSecrets();
    try (var registry = live.admin(REGISTRY);
        var update = registry.prepareStatement("UPDATE identity.db_server SET port = ?")) {
      update.setInt(1, live.port());
      if (update.executeUpdate() != 1) {
        throw new IllegalStateException("The registry on " + live.folder() + " names no server.");
      }
    }
    return estate.world();
  }

  private void moveSecrets() {
    try (var secrets = Files.list(folder.resolve("secrets"))) {
      for (var secret : secrets.toList()) {
        var login = SecretFiles.read(secret);
        SecretFiles.replace(secret, live.login(login.database(), login.user(), login.password()));
      }
    } catch (IOException failed) {
      throw new UncheckedIOException("Moving the secrets in " + folder + " failed.", failed);
    }
  }

  /** The name of the secret with the application's login. */
  public static String secretOf(String slug) {
    return "tenant-db-" + slug;
  }

  private MedsuiteWorld create() throws SQLException {
    var secrets = folder.resolve("secrets");
    SecretFiles.makeFolder(secrets);
    var slugs = TENANTS.keySet().stream().sorted().toList();
    makeRegistry(secrets);
    for (var slug : slugs) {
      makeTenant(slug, secrets);
    }
    letTheBotIn(secrets);
    makeJournal(secrets);
    live.baseBackup(folder.resolve("base").resolve("0"));
    return world();
  }

  private MedsuiteWorld world() {
    return new MedsuiteWorld(
        live,
        REGISTRY,
        folder.resolve("secrets"),
        live.archiveFolder(),
        folder.resolve("base"),
        TENANTS.keySet().stream().sorted().toList());
  }

  private void makeRegistry(Path secrets) throws SQLException {
    var reader = live.login(REGISTRY, "medsuite_app", SecretFiles.invent("registry"));
    administer("CREATE ROLE medsuite_owner NOLOGIN");
    administer("CREATE ROLE reporting NOLOGIN");
    makeLogin(reader);
    makeDatabase(REGISTRY, "medsuite_owner");
    try (var session = live.admin(REGISTRY)) {
      Script.run(session, "medsuite-registry.sql", Map.of("port", Integer.toString(live.port())));
    }
    SecretFiles.write(secrets.resolve(READER_SECRET), reader);
  }

  private void makeTenant(String slug, Path secrets) throws SQLException {
    var database = MedsuiteWorld.databaseOf(slug);
    var login = live.login(database, database + "_app", SecretFiles.invent(slug));
    var values =
        Map.of(
            "slug", slug,
            "display_name", TENANTS.getOrDefault(slug, slug),
            "database", database,
            "owner", database + "_owner",
            "app", login.user(),
            "password", login.password().reveal(),
            "secret", secretOf(slug),
            "comment", "Tenant " + slug + " of the demo estate",
            "members", Integer.toString(slug.equals("acme") ? size.acme() : size.others()));
    try (var maintenance = live.admin(MAINTENANCE)) {
      Script.run(maintenance, "medsuite-roles.sql", values);
    }
    makeDatabase(database, database + "_owner");
    try (var session = live.admin(database)) {
      Script.run(session, "medsuite-settings.sql", values);
      Script.run(session, "medsuite-tenant.sql", values);
      Script.run(session, "medsuite-data.sql", values);
    }
    SecretFiles.write(secrets.resolve(secretOf(slug)), login);
    try (var registry = live.admin(REGISTRY)) {
      Script.run(registry, "medsuite-enrol.sql", values);
    }
  }

  private void letTheBotIn(Path secrets) throws SQLException {
    Secret password = SecretFiles.invent("bot");
    Script.runParts(live::admin, "medsuite-grants.sql", Map.of("bot_password", password.reveal()));
    var login = live.login(MAINTENANCE, BOT, password);
    SecretFiles.write(secrets.resolve(SERVER_SECRET), login);
    SecretFiles.write(secrets.resolve(REGISTRY_SECRET), login.withDatabase(REGISTRY));
  }

  /** The bot's own database, as on a real server: one login owns it, the bot has a lesser one. */
  private void makeJournal(Path secrets) throws SQLException {
    var owner = live.login("countersign", "countersign_owner", SecretFiles.invent("owner"));
    var login = live.login("countersign", "countersign", SecretFiles.invent("journal"));
    makeLogin(owner);
    makeLogin(login);
    makeDatabase(owner.database(), owner.user());
    administer("REVOKE CONNECT, TEMPORARY ON DATABASE countersign FROM PUBLIC");
    try (var schema = Schema.open(live.jdbcUrl(owner.database()), owner.user(), owner.password())) {
      var _ = schema.migrate();
      schema.grantTo(login.user());
    } catch (Schema.Refused refused) {
      throw new IllegalStateException(refused);
    }
    SecretFiles.write(secrets.resolve(JOURNAL_OWNER_SECRET), owner);
    SecretFiles.write(secrets.resolve(JOURNAL_SECRET), login);
  }

  private void makeLogin(Login login) throws SQLException {
    administer(
        "CREATE ROLE "
            + quoted(login.user())
            + " LOGIN PASSWORD "
            + literal(login.password().reveal()));
  }

  private void makeDatabase(String name, String owner) throws SQLException {
    administer(
        "CREATE DATABASE " + quoted(name) + " OWNER " + quoted(owner) + " TEMPLATE template0");
  }

  private void administer(String statement) throws SQLException {
    try (var session = live.admin(MAINTENANCE);
        var maintenance = session.createStatement()) {
      maintenance.execute(statement);
    }
  }
}
