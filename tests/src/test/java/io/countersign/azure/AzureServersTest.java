package io.countersign.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.countersign.Secret;
import io.countersign.action.ActionFailed;
import io.countersign.action.Stop;
import io.countersign.azure.AzureRig.Ticking;
import io.countersign.estate.Access;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.Entrances;
import io.countersign.estate.Login;
import io.countersign.estate.LoginTrial;
import io.countersign.estate.Registry.RegisteredServer;
import io.countersign.estate.SecretName;
import io.countersign.estate.ServerRef;
import io.countersign.estate.Tls;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.CopyLogins;
import io.countersign.postgres.ServerErrors;
import io.countersign.postgres.Servers;
import io.countersign.sandbox.azure.Answer;
import io.countersign.sandbox.azure.Faults;
import io.countersign.sandbox.azure.ServerTls;
import io.countersign.sandbox.postgres.ClusterOptions;
import io.countersign.sandbox.postgres.LocalCluster;
import io.countersign.sandbox.postgres.PgPrograms;
import io.countersign.support.NoRestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A real PostgreSQL as Azure has it: it takes the bot by TLS alone, with a token that is sent as it
 * is, and the newest token alone.
 */
@TestInstance(Lifecycle.PER_CLASS)
class AzureServersTest {
  private static final String USER = "countersign-bot";
  private static final String SESSION = "cs/test";

  private AzureRig rig;
  private Path folder;
  private LocalCluster cluster;
  private ServerTls right;
  private ServerTls wrong;
  private Ticking clock;
  private final List<String> issued = new ArrayList<>();

  @BeforeAll
  void start() throws IOException, SQLException {
    folder = PgPrograms.newWorkFolder("cs-azure-servers-");
    rig = new AzureRig(Files.createDirectory(folder.resolve("azure")));
    cluster =
        LocalCluster.create(
            folder.resolve("server"), PgPrograms.find(), ClusterOptions.disposable());
    var admission = cluster.dataFolder().resolve("pg_hba.conf");
    Files.writeString(
        admission,
        "hostssl all \"%s\" 127.0.0.1/32 password%nhostnossl all \"%s\" 127.0.0.1/32 reject%n%s"
            .formatted(USER, USER, Files.readString(admission)));
    cluster.start();
    sql("CREATE ROLE \"%s\" LOGIN".formatted(USER));
    right = ServerTls.made(folder.resolve("right"), "dns:localhost", cluster.programs());
    wrong = ServerTls.made(folder.resolve("wrong"), "dns:pg.example.test", cluster.programs());
    rig.azure.tokens().onDatabases(this::takes);
  }

  @AfterAll
  void stop() {
    rig.close();
    cluster.close();
  }

  @BeforeEach
  void fresh() {
    rig.fresh();
    rig.azure.tokens().lifeOfDatabases(Duration.ofHours(1));
    issued.clear();
    // the libraries reckon the end of a token from the machine's own clock
    clock = new Ticking(Instant.now());
    offering(right);
  }

  private void sql(String statement) throws SQLException {
    try (var session = cluster.admin("postgres");
        var it = session.createStatement()) {
      it.execute(statement);
    }
  }

  /** The server lets whoever has the newest one in, and nobody with an older one. */
  private void takes(String token) {
    issued.add(token);
    try {
      sql("ALTER ROLE \"%s\" PASSWORD '%s'".formatted(USER, token));
    } catch (SQLException refused) {
      throw new IllegalStateException(refused);
    }
  }

  private void offering(ServerTls tls) {
    tls.offerAt(cluster.dataFolder());
    var login = login(new Secret("not-a-secret-wrong"), verified(tls));
    // a certificate that is taken comes to the wrong password
    await()
        .until(
            () ->
                tls.equals(right)
                    ? new CopyLogins().knock(login) instanceof LoginTrial.Answer.WrongPassword
                    : !issuedFor(tls, "localhost"));
  }

  private boolean issuedFor(ServerTls tls, String name) {
    return !why(login(new Secret("not-a-secret-wrong"), verified(tls)).at(name, cluster.port()))
        .contains("another name");
  }

  private static Tls verified(ServerTls tls) {
    return new Tls.Verified(tls.certificate().toString());
  }

  private Login login(Secret password, Tls tls) {
    return new Login("localhost", cluster.port(), "postgres", USER, password, tls);
  }

  private static String why(Login login) {
    return new CopyLogins().knock(login) instanceof LoginTrial.Answer.NotYet(var why) ? why : "";
  }

  private RegisteredServer registered() {
    return new RegisteredServer(
        new ServerRef(AzureRig.ESTATE, "pg-1"),
        "localhost",
        cluster.port(),
        new SecretName("never-read"));
  }

  /** As an estate's file has it: the server's secret is never read. */
  private Login byToken(AzureAccount account, Tls tls) throws Exception {
    var clients = new AzureClients(account);
    var access = new Access(tls, Optional.of(new Access.Entra(account, Map.of("pg-1", USER))));
    var entrances =
        Entrances.of(
            access,
            _ -> {
              throw new AssertionError("nobody reads a secret");
            },
            Optional.of(new DatabaseTokens(clients, clock).password()));
    return entrances.into(registered());
  }

  private static LoginTrial.Answer knocking(Login login) {
    return new CopyLogins().knock(login);
  }

  private static boolean isIn(Login login) {
    return knocking(login) instanceof LoginTrial.Answer.Accepted;
  }

  // Tokens

  @Test
  void a_token_lets_the_bot_in_and_serves_until_it_is_close_to_its_end() throws Exception {
    var login = byToken(rig.account(), verified(right));

    assertThat(isIn(login)).isTrue();
    assertThat(isIn(login)).isTrue();
    assertThat(issued).hasSize(1);
    clock.pass(Duration.ofMinutes(54));
    assertThat(isIn(login)).isTrue();
    assertThat(issued).hasSize(1);
  }

  /** As in a long copy: the login was looked up when the step began. */
  @Test
  void a_session_that_begins_late_has_a_fresh_token_and_the_old_one_is_refused() throws Exception {
    var login = byToken(rig.account(), verified(right));
    assertThat(isIn(login)).isTrue();

    clock.pass(Duration.ofMinutes(56));

    assertThat(isIn(login)).isTrue();
    assertThat(issued).hasSize(2).doesNotHaveDuplicates();
    assertThat(knocking(login(new Secret(issued.getFirst()), verified(right))))
        .isInstanceOf(LoginTrial.Answer.WrongPassword.class);
  }

  @Test
  void postgresqls_own_programs_get_the_token_of_the_moment_at_which_they_start() throws Exception {
    var login = byToken(rig.account(), verified(right));
    assertThat(isIn(login)).isTrue();
    clock.pass(Duration.ofMinutes(56));

    assertThat(dumped(login)).isEmpty();

    assertThat(issued).hasSize(2);
  }

  /** What went wrong; empty where nothing did. */
  private String dumped(Login login) {
    var programs = new ClientPrograms(List.of(), folder.resolve("scratch"));
    try (var home = programs.scratch("cs/7k2m9qxd/dump/1")) {
      var call =
          new ClientPrograms.Call(
              programs.find("pg_dump", cluster.programs().major()),
              login,
              "cs/7k2m9qxd/dump/1",
              List.of("--schema-only", "--dbname=postgres", "--file=" + home.file("dump")),
              Map.of());
      programs.run("dumping", call, home, new Stop(), () -> {});
      return "";
    } catch (ActionFailed failed) {
      return failed.problem().line();
    }
  }

  @Test
  void a_token_that_is_not_to_be_had_is_told_with_what_to_do_and_the_old_one_serves_to_its_end()
      throws Exception {
    var login = byToken(rig.account(), verified(right));
    assertThat(isIn(login)).isTrue();
    rig.azure
        .faults()
        .refuse(
            Faults.calls("POST", "/oauth2/v2.0/token"), 100, Answer.error(400, "invalid", "no"));

    clock.pass(Duration.ofMinutes(58));
    assertThat(isIn(login)).as("two minutes are left").isTrue();

    clock.pass(Duration.ofMinutes(3));
    assertThat(why(login)).contains("gets no token", "az ad app credential list");
    assertThat(dumped(login)).contains("gets no token", "az ad app credential list");
  }

  @Test
  void a_token_is_sent_to_no_server_that_is_not_verified() throws Exception {
    offering(wrong);

    assertThat(why(byToken(rig.account(), verified(wrong)))).contains("another name");

    assertThat(Files.readString(cluster.folder().resolve("server.log")))
        .doesNotContain(issued.getFirst());
  }

  // Certificates

  /** How a session with a server begins. */
  enum Way {
    DRIVER,
    PROGRAM
  }

  private String refused(Way way, Login login) {
    return switch (way) {
      case DRIVER -> {
        var servers = new Servers(AzureRig.registry(), _ -> login, NoRestore.anyMoment());
        yield ServerErrors.reduced(
            catchThrowableOfType(SQLException.class, () -> servers.open(login, SESSION).close()));
      }
      case PROGRAM -> dumped(login);
    };
  }

  private Login admin(Tls tls) {
    return cluster.adminLogin("postgres").at("localhost", cluster.port()).with(tls);
  }

  @Test
  void the_right_name_from_an_authority_that_is_trusted_is_let_in() {
    assertThat(isIn(admin(verified(right)))).isTrue();
    assertThat(dumped(admin(verified(right)))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void a_certificate_for_another_name_is_refused_with_the_cause(Way way) {
    offering(wrong);

    assertThat(refused(way, admin(verified(wrong))))
        .containsAnyOf("another name", "does not match host name");
    assertThat(isIn(admin(new Tls.AsOffered()))).as("which is not asked elsewhere").isTrue();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void a_certificate_of_nobody_who_is_trusted_is_refused_with_the_cause(Way way) {
    assertThat(refused(way, admin(new Tls.Verified(rig.azure.certificate().toString()))))
        .containsAnyOf("no authority that is trusted", "certificate verify failed");
    assertThat(refused(way, admin(new Tls.Verified(""))))
        .as("nor does Java trust it")
        .containsAnyOf("no authority that is trusted", "certificate verify failed");
  }
}
