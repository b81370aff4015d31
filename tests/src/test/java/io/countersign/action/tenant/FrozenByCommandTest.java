package io.countersign.action.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.Outcome;
import io.countersign.action.Planned;
import io.countersign.action.TestAttempt;
import io.countersign.estate.Estate;
import io.countersign.estate.Policies.OwnCommand;
import io.countersign.postgres.ArchiveRestorer;
import io.countersign.postgres.ClientPrograms;
import io.countersign.postgres.CommandRegistry;
import io.countersign.postgres.OneServer;
import io.countersign.postgres.QueryRegistry;
import io.countersign.postgres.Servers;
import io.countersign.support.ProductCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Freezing and unfreezing a tenant of an estate whose file names the product's own command. */
class FrozenByCommandTest {
  private static final String SETTING =
      "SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text LIKE '%read_only%'";

  private final OneServer server = OneServer.shared();
  @TempDir private Path folder = Path.of("");

  private record Actions(FreezeTenant freeze, UnfreezeTenant unfreeze) {}

  private ProductCommand product() {
    return new ProductCommand(folder, server.login("registry", "bot"));
  }

  private Actions actions(String body) throws IOException {
    var command =
        product()
            .program(
                "tenant-status",
                body,
                Duration.ofMinutes(1),
                "--slug",
                "{slug}",
                "--to",
                "{to}",
                "--reason",
                "{reason}");
    Estate estate =
        server.sample(Duration.ofMillis(300)).commands(Map.of("set-status", command)).estate();
    var queries = new QueryRegistry(estate, server.secrets());
    var registry =
        new CommandRegistry(
            estate, queries, new ClientPrograms(List.of(), folder.resolve("scratch")));
    var restorer = new ArchiveRestorer(server.restoreSource(), queries, server.secrets());
    var servers = new Servers(queries, server.secrets(), restorer);
    return new Actions(
        new FreezeTenant(estate, registry, servers), new UnfreezeTenant(estate, registry, servers));
  }

  @AfterEach
  void open() throws SQLException {
    server.execute("postgres", "postgres", "ALTER DATABASE tenant_acme RESET ALL");
    server.execute("registry", "bot", "UPDATE tenant SET status = 'active'");
  }

  private String status() throws SQLException {
    return server.ask("registry", "SELECT status FROM tenant WHERE slug = 'acme'").orElseThrow();
  }

  @Test
  void a_tenant_frozen_by_the_products_own_command_gets_its_status_back_by_it() throws Exception {
    var actions = actions(ProductCommand.SETS_STATUS);
    var frozen =
        TestAttempt.once(actions.freeze(), new FreezeTenant.Inputs(server.acme()), "freeze");
    assertThat(frozen).isInstanceOf(Outcome.Done.class);
    assertThat(status()).isEqualTo("read_only");

    var opened =
        TestAttempt.once(
            actions.unfreeze(), new UnfreezeTenant.Inputs(server.acme(), "active"), "unfreeze");
    assertThat(((Outcome.Done<?>) opened).said()).isEqualTo("status active, as before the freeze");
    assertThat(status()).isEqualTo("active");
    var reason = "countersign run 7k2m9qxd: bad migration";
    assertThat(product().called())
        .containsExactly(
            "--slug",
            "acme",
            "--to",
            "read_only",
            "--reason",
            reason, //
            "--slug",
            "acme",
            "--to",
            "active",
            "--reason",
            reason);
  }

  @Test
  void a_freeze_whose_command_fails_says_so_and_leaves_nothing_behind() throws Exception {
    var freeze = actions("exit 3").freeze();
    var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");

    assertThat(freeze.act(attempt))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it ->
                assertThat(it.problem().line())
                    .startsWith("freezing medsuite/acme: the command set-status of medsuite failed")
                    .contains("tenant-status ended with code 3", "the registry says active"));
    freeze.clear(attempt);

    assertThat(status()).isEqualTo("active");
    assertThat(server.ask("postgres", SETTING)).contains("0");
  }

  @Test
  void a_freeze_that_was_cut_off_after_its_command_is_taken_back_by_the_command() throws Exception {
    var freeze = actions(ProductCommand.SETS_STATUS).freeze();
    var attempt = TestAttempt.begun(freeze, new FreezeTenant.Inputs(server.acme()), "freeze");
    freeze.act(attempt);
    assertThat(status()).isEqualTo("read_only");

    freeze.clear(attempt);

    assertThat(status()).isEqualTo("active");
    assertThat(product().called()).hasSize(12);
    assertThat(server.ask("postgres", SETTING)).contains("0");
  }

  @Test
  void a_plan_shows_the_command_and_no_query() throws Exception {
    var actions = actions(ProductCommand.SETS_STATUS);
    var program = folder.resolve("tenant-status");

    assertThat(actions.freeze().plan(new Planned(Map.of())).statements())
        .anyMatch(
            it ->
                it.equals(
                    program
                        + " --slug <tenant> --to read_only --reason '<the run and its reason>' # on"
                        + " the bot's host, at most 60 s; the registry is read before and after"))
        .noneMatch(it -> it.contains("UPDATE"));
  }

  @Test
  void a_plan_shows_the_commands_that_enrol_a_sibling_and_take_it_out() {
    var enrol =
        command("/opt/enrol", "{slug}", "{display-name}", "{beside}", "{database}", "{secret}");
    var withdraw = command("/opt/archive", "{slug}", "{database}", "{secret}");
    var estate =
        server
            .sample(Duration.ZERO)
            .commands(Map.of("enrol", enrol, "withdraw", withdraw))
            .estate();
    var registry = new QueryRegistry(estate, server.secrets());
    var restorer = new ArchiveRestorer(server.restoreSource(), registry, server.secrets());
    var servers = new Servers(registry, server.secrets(), restorer);
    var nothing = new Planned(Map.of());

    assertThat(new EnrolSibling(servers, estate, registry).plan(nothing).statements())
        .anyMatch(it -> it.startsWith("/opt/enrol '<tenant>-<no as>-<stamp of the run>' "))
        .anyMatch(it -> it.contains(" '<its name> (restored backup)' <tenant> '<no database>' "));
    assertThat(new WithdrawSibling(estate, registry).plan(nothing).statements())
        .containsExactly(
            "/opt/archive '<no sibling>' '<no database>' '<no secret>' # on the bot's host, at most"
                + " 60 s; the registry is read before and after");
  }

  private static OwnCommand command(String... argv) {
    return new OwnCommand(List.of(argv), Duration.ofMinutes(1));
  }
}
