package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.COPY;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.begun;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.CatalogueFingerprint;
import io.countersign.postgres.SchemaDump;
import io.countersign.sandbox.postgres.TenantFingerprint;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of object is copied, and each is looked for by its own question. */
class ZooTest {
  private static final String ZOO = "drop_zoo";
  private static final String RARE = "drop_rare_zoo";

  private static final TwoServers SERVERS = TwoServers.shared();
  private static final int MAJOR = TwoServers.major();
  private static String copy = "";
  private static String rareCopy = "";
  private static String said = "";

  @BeforeAll
  static void copyBoth() throws Exception {
    make(ZOO, "SET ROLE acme_owner");
    for (var kind : ordinary().toList()) {
      execute(ZOO, "SET ROLE acme_owner; " + kind.made);
    }
    SERVERS.execute(COPY, "postgres", "postgres", SETTINGS);
    copy = copied(ZOO).outputs().database().name();
    // it came along (another test compares it), was in no session of the bot's way, and would be in
    // ours
    var without = "ALTER DATABASE %s RESET statement_timeout";
    SERVERS.execute(COPY, "postgres", "postgres", without.formatted(ZOO));
    SERVERS.execute(LIVE, "postgres", "postgres", without.formatted(copy));

    make(RARE, "CREATE SCHEMA r", " TEMPLATE template0 " + locale());
    for (var kind : rare().toList()) {
      execute(RARE, kind.made);
    }
    execute(
        RARE,
        "CREATE SUBSCRIPTION silent CONNECTION 'host=nowhere.invalid' PUBLICATION p WITH (connect ="
            + " false)");
    superuser(true);
    try {
      var done = copied(RARE);
      rareCopy = done.outputs().database().name();
      said = done.said();
    } finally {
      superuser(false);
    }
  }

  /** What belongs to the database and not to anything in it. */
  private static final String SETTINGS =
      """
      ALTER DATABASE drop_zoo SET work_mem = '7MB'; ALTER DATABASE drop_zoo SET search_path = z, public;
      ALTER DATABASE drop_zoo SET statement_timeout = '1ms'; ALTER DATABASE drop_zoo SET lc_monetary = 'C';
      ALTER ROLE acme_app IN DATABASE drop_zoo SET lock_timeout = '9s';
      COMMENT ON DATABASE drop_zoo IS 'a zoo'; ALTER DATABASE drop_zoo CONNECTION LIMIT 33;
      GRANT CONNECT ON DATABASE drop_zoo TO exporter WITH GRANT OPTION;
      """;

  private static void make(String name, String first) throws SQLException {
    make(name, first, "");
  }

  private static void make(String name, String first, String options) throws SQLException {
    SERVERS.execute(
        COPY, "postgres", "postgres", "CREATE DATABASE " + name + " OWNER acme_owner" + options);
    execute(name, first);
  }

  /** What each version brought to the locales of databases. */
  private static String locale() {
    return switch (MAJOR) {
      case 15 -> "LOCALE_PROVIDER icu ICU_LOCALE 'de-u-co-phonebk'";
      case 16 -> "LOCALE_PROVIDER icu ICU_LOCALE 'und' ICU_RULES '&a < g'";
      case 17 -> "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'";
      default -> "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST'";
    };
  }

  /** As psql would: the driver's own cutting of statements stumbles over BEGIN ATOMIC. */
  private static void execute(String database, String sql) throws SQLException {
    var login = SERVERS.login(COPY, database, "postgres");
    var url = "jdbc:postgresql://127.0.0.1:" + login.port() + "/" + database;
    try (var session =
            DriverManager.getConnection(
                url + "?preferQueryMode=simple", login.user(), login.password().reveal());
        var statement = session.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  private static void superuser(boolean yes) throws SQLException {
    var sql = "ALTER ROLE bot " + (yes ? "SUPERUSER" : "NOSUPERUSER");
    SERVERS.execute(COPY, "postgres", "postgres", sql);
    SERVERS.execute(LIVE, "postgres", "postgres", sql);
  }

  private static Outcome.Done<DatabaseCopy.Out> copied(String name) throws Exception {
    var in = new DatabaseCopy.In(COPY, new DatabaseRef(LIVE, 1, name), "restore", null);
    var action = SERVERS.copyAction();
    var outcome = action.act(begun(action, in, "copy", 1));
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return (Outcome.Done<DatabaseCopy.Out>) outcome;
  }

  @AfterAll
  static void tidy() throws SQLException {
    SERVERS.tidy();
    for (var name : List.of(ZOO, RARE)) {
      var gone =
          name.equals(RARE) ? "ALTER SUBSCRIPTION silent SET (slot_name = NONE)" : "SELECT 1";
      execute(name, gone);
      execute(name, name.equals(RARE) ? "DROP SUBSCRIPTION silent" : "SELECT 1");
      SERVERS.execute(COPY, "postgres", "postgres", "DROP DATABASE " + name);
    }
  }

  private static Stream<Zoo> ordinary() {
    return Stream.of(Zoo.values()).filter(it -> it.since <= MAJOR);
  }

  private static Stream<RareZoo> rare() {
    return Stream.of(RareZoo.values()).filter(it -> it.since <= MAJOR);
  }

  @ParameterizedTest
  @MethodSource("ordinary")
  void is_copied_without_superuser(Zoo kind) throws SQLException {
    assertSame(ZOO, copy, kind.look);
  }

  @ParameterizedTest
  @MethodSource("rare")
  void is_copied_by_a_superuser(RareZoo kind) throws SQLException {
    assertSame(RARE, rareCopy, kind.look);
  }

  private static void assertSame(String source, String restored, String look) throws SQLException {
    var was = SERVERS.ask(COPY, source, look);
    assertThat(was).isPresent().get().asString().isNotBlank();
    assertThat(words(SERVERS.ask(LIVE, restored, look))).isEqualTo(words(was));
  }

  /** The order of grants, options and catalogue rows says nothing. */
  private static List<String> words(Optional<String> text) {
    return Stream.of(text.orElse("").split("[,{}\\s]+", -1)).sorted().toList();
  }

  @Test
  void definitions_owners_grants_settings_and_rows_are_equal() throws Exception {
    assertThat(differences(ZOO, copy)).isEmpty();
    assertThat(differences(RARE, rareCopy)).isEmpty();
  }

  private static List<String> differences(String source, String restored) throws Exception {
    try (var one = SERVERS.connect(COPY, source, "postgres");
        var other = SERVERS.connect(LIVE, restored, "postgres")) {
      // an extension of the superuser's becomes the bot's
      assertThat(
              TenantFingerprint.differences(TenantFingerprint.of(one), TenantFingerprint.of(other)))
          .filteredOn(it -> !it.contains(" extension postgres_fdw "))
          .isEmpty();
      assertThat(
              CatalogueFingerprint.differing(
                  CatalogueFingerprint.read(one, source),
                  CatalogueFingerprint.read(other, restored)))
          .isEmpty();
    }
    return CatalogueFingerprint.differing(dump(COPY, source), dump(LIVE, restored));
  }

  private static Map<String, String> dump(io.countersign.estate.ServerRef server, String database)
      throws Exception {
    return SchemaDump.take(
        SERVERS.programs(),
        "dumping a zoo",
        MAJOR,
        SERVERS.login(server, database, "postgres"),
        "cs/zoo",
        new Stop());
  }

  @Test
  void a_subscription_is_left_out_and_named() throws SQLException {
    assertThat(SERVERS.ask(LIVE, rareCopy, "SELECT count(*) FROM pg_subscription")).hasValue("0");
    assertThat(said).contains("left out the subscription silent");
  }
}
