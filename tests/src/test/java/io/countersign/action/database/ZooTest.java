package io.countersign.action.database;

import static io.countersign.action.database.TwoServers.COPY;
import static io.countersign.action.database.TwoServers.LIVE;
import static io.countersign.action.database.TwoServers.begun;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.postgres.Identifiers;
import io.countersign.postgres.SchemaDump;
import io.countersign.postgres.SourceComparison;
import io.countersign.postgres.TableHashes;
import io.countersign.sandbox.postgres.TenantFingerprint;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
  private static final String PLANTED = "drop_zoo_planted";
  private static final String RARE_PLANTED = "drop_rare_zoo_planted";

  private static final TwoServers SERVERS = TwoServers.shared();
  private static final int MAJOR = TwoServers.major();
  private static String copy = "";
  private static String rareCopy = "";
  private static String said = "";
  private static final Map<String, List<String>> PARITY = new HashMap<>();

  @BeforeAll
  static void copyBoth() throws Exception {
    elsewhere(COPY);
    elsewhere(LIVE);
    make(ZOO, "SET ROLE acme_owner");
    for (var kind : ordinary().toList()) {
      execute(COPY, ZOO, "SET ROLE acme_owner; " + kind.made);
    }
    SERVERS.execute(COPY, "postgres", "postgres", SETTINGS.formatted(ZOO));
    copy = copied(ZOO).outputs().database().name();
    // it came along (another test compares it), was in no session of the bot's way, and would be in
    // ours
    var without = "ALTER DATABASE %s RESET statement_timeout";
    SERVERS.execute(COPY, "postgres", "postgres", without.formatted(ZOO));
    SERVERS.execute(LIVE, "postgres", "postgres", without.formatted(copy));

    make(RARE, "CREATE SCHEMA r", " TEMPLATE template0 " + locale());
    for (var kind : rare().toList()) {
      execute(COPY, RARE, kind.made);
    }
    execute(
        COPY,
        RARE,
        "CREATE COLLATION r.aged (provider = icu, locale = 'de');"
            + " UPDATE pg_collation SET collversion = '1' WHERE collname = 'aged'");
    execute(
        COPY,
        RARE,
        "CREATE SUBSCRIPTION silent CONNECTION 'host=nowhere.invalid' PUBLICATION p WITH (connect ="
            + " false)");
    superuser(true);
    try {
      var done = copied(RARE);
      rareCopy = done.outputs().database().name();
      said = done.said();
      plant();
    } finally {
      superuser(false);
    }
  }

  /** What belongs to the database and not to anything in it. */
  private static final String SETTINGS =
      """
      ALTER DATABASE %1$s SET work_mem = '7MB'; ALTER DATABASE %1$s SET search_path = z, public;
      ALTER DATABASE %1$s SET statement_timeout = '1ms'; ALTER DATABASE %1$s SET lc_monetary = 'C';
      ALTER ROLE acme_app IN DATABASE %1$s SET lock_timeout = '9s';
      COMMENT ON DATABASE %1$s IS 'a zoo'; ALTER DATABASE %1$s CONNECTION LIMIT 33;
      GRANT CONNECT ON DATABASE %1$s TO exporter WITH GRANT OPTION;
      """;

  /** As if an administrator had made a disk for it; this one lies in the server's own folder. */
  private static void elsewhere(ServerRef server) throws SQLException {
    try (var session = SERVERS.connect(server, "postgres", "postgres");
        var statement = session.createStatement()) {
      statement.execute("SET allow_in_place_tablespaces = on");
      statement.execute("CREATE TABLESPACE elsewhere LOCATION ''");
      statement.execute("GRANT CREATE ON TABLESPACE elsewhere TO acme_owner");
    }
  }

  /** All plants of a zoo grow in one further copy: a comparison takes longer than they do. */
  private static void plant() throws Exception {
    parity(ZOO, copy);
    parity(RARE, rareCopy);
    grow(copy, PLANTED);
    for (var kind : ordinary().toList()) {
      execute(LIVE, PLANTED, "SET ROLE acme_owner; " + ZooPlants.of(kind).sql());
    }
    SERVERS.execute(LIVE, "postgres", "postgres", OTHER_SETTINGS);
    grow(rareCopy, RARE_PLANTED);
    for (var kind : rare().toList()) {
      execute(LIVE, RARE_PLANTED, RareZooPlants.of(kind).sql());
    }
    parity(ZOO, PLANTED);
    parity(RARE, RARE_PLANTED);
  }

  private static void grow(String from, String to) throws SQLException {
    var sql = "CREATE DATABASE " + to + " OWNER acme_owner TEMPLATE " + from;
    SERVERS.execute(LIVE, "postgres", "postgres", sql);
  }

  /** What the action compares, in its order, by the bot's own sessions. */
  private static void parity(String source, String restored) throws Exception {
    var servers = SERVERS.servers();
    try (var one = servers.open(COPY, source, "cs/zoo");
        var other = servers.open(LIVE, restored, "cs/zoo")) {
      var found =
          SourceComparison.findings(
              "comparing a zoo",
              new SourceComparison.Side(one, source),
              new SourceComparison.Side(other, restored),
              List.of(dump(COPY, source), dump(LIVE, restored)),
              new Stop(),
              () -> {});
      PARITY.put(restored, found.differing());
    }
  }

  /** The same but for one letter or figure of each, and another owner and locale. */
  private static final String OTHER_SETTINGS =
      SETTINGS.formatted(PLANTED)
          + """
          ALTER DATABASE %1$s RESET statement_timeout; ALTER DATABASE %1$s SET work_mem = '8MB';
          COMMENT ON DATABASE %1$s IS 'A zoo'; ALTER DATABASE %1$s CONNECTION LIMIT 34;
          REVOKE GRANT OPTION FOR CONNECT ON DATABASE %1$s FROM exporter;
          ALTER DATABASE %1$s OWNER TO acme_reports_owner;
          UPDATE pg_database SET datctype = 'C' WHERE datname = '%1$s'
          """
              .formatted(PLANTED);

  private static final List<String> OF_DATABASE =
      List.of(
          "database comment",
          "database connection limit",
          "database grants",
          "database locale",
          "database owner",
          "database settings");

  private static List<String> parity(String restored) {
    return Objects.requireNonNull(PARITY.get(restored));
  }

  private static void make(String name, String first) throws SQLException {
    make(name, first, "");
  }

  private static void make(String name, String first, String options) throws SQLException {
    SERVERS.execute(
        COPY, "postgres", "postgres", "CREATE DATABASE " + name + " OWNER acme_owner" + options);
    execute(COPY, name, first);
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
  private static void execute(ServerRef server, String database, String sql) throws SQLException {
    var login = SERVERS.login(server, database, "postgres");
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
      execute(COPY, name, gone);
      execute(COPY, name, name.equals(RARE) ? "DROP SUBSCRIPTION silent" : "SELECT 1");
      SERVERS.execute(COPY, "postgres", "postgres", "DROP DATABASE " + name);
    }
    for (var server : List.of(COPY, LIVE)) {
      SERVERS.execute(server, "postgres", "postgres", "DROP TABLESPACE elsewhere");
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
    }
    return parity(restored);
  }

  private static Map<String, String> dump(ServerRef server, String database) throws Exception {
    return SchemaDump.take(
        SERVERS.programs(),
        "dumping a zoo",
        MAJOR,
        SERVERS.login(server, database, "bot"),
        "cs/zoo",
        new Stop());
  }

  @ParameterizedTest
  @MethodSource("ordinary")
  void planted_in_a_copy_is_named_by_parity(Zoo kind) {
    assertNamed(copy, PLANTED, ZooPlants.of(kind));
  }

  @ParameterizedTest
  @MethodSource("rare")
  void planted_by_a_superuser_is_named_by_parity(RareZoo kind) {
    assertNamed(rareCopy, RARE_PLANTED, RareZooPlants.of(kind));
  }

  private static void assertNamed(String plain, String planted, Plant plant) {
    assertThat(plant.named()).isNotEmpty();
    assertThat(parity(plain)).doesNotContainAnyElementsOf(plant.named());
    assertThat(parity(planted)).containsAll(plant.named());
  }

  private static Stream<String> columns() {
    return ZooPlants.OTHER_VALUES.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("columns")
  void one_other_value_changes_the_hash_of_its_table(String column) throws SQLException {
    var types = new TableHashes.Table("z", "types");
    try (var session = SERVERS.connect(LIVE, copy, "postgres");
        var update = session.createStatement()) {
      session.setAutoCommit(false);
      var before = TableHashes.of(session, types);
      var value = Identifiers.literal(Objects.requireNonNull(ZooPlants.OTHER_VALUES.get(column)));
      update.execute("UPDATE z.types SET " + column + " = " + value + " WHERE id = 1");
      assertThat(TableHashes.of(session, types)).isNotEqualTo(before);
      session.rollback();
    }
  }

  @Test
  void every_column_has_another_value() throws SQLException {
    var sql =
        "SELECT string_agg(attname, ',' ORDER BY attname COLLATE \"C\") FROM pg_attribute WHERE"
            + " attrelid = 'z.types'::regclass AND attnum > 0";
    assertThat(SERVERS.ask(LIVE, copy, sql)).hasValue(String.join(",", columns().toList()));
  }

  @Test
  void each_difference_is_of_one_plant_alone() {
    var named = new ArrayList<>(OF_DATABASE);
    ordinary().forEach(it -> named.addAll(ZooPlants.of(it).named()));
    assertThat(parity(PLANTED)).containsExactlyInAnyOrderElementsOf(named);

    var rareNamed = new ArrayList<String>();
    rare().forEach(it -> rareNamed.addAll(RareZooPlants.of(it).named()));
    assertThat(parity(RARE_PLANTED)).containsExactlyInAnyOrderElementsOf(rareNamed);
  }

  @Test
  void a_collation_of_another_version_is_named() {
    assertThat(said).contains("the collation r.aged was of version 1 and is of ");
  }

  @Test
  void a_subscription_is_left_out_and_named() throws SQLException {
    assertThat(SERVERS.ask(LIVE, rareCopy, "SELECT count(*) FROM pg_subscription")).hasValue("0");
    assertThat(said).contains("left out the subscription silent");
  }
}
