package io.countersign.postgres;

import static io.countersign.support.ProductCommand.SETS_STATUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.countersign.action.Stop;
import io.countersign.estate.Acting;
import io.countersign.estate.Estate;
import io.countersign.estate.Policies.OwnCommand;
import io.countersign.estate.Registry.Reference;
import io.countersign.estate.Registry.RegistryUnavailable;
import io.countersign.estate.Registry.Sibling;
import io.countersign.estate.SecretName;
import io.countersign.support.ProductCommand;
import io.countersign.support.Stage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands of the product's own that change a real registry, and what comes of bad ones. */
class CommandRegistryTest {
  private static final Acting BY = acting(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final String CANARY_ROW = "Jane Canary-Roe 1947";
  private static final String CANARY_SECRET = "canary-secret-5150";
  private static final String TELLS_ALL =
      """
      echo 'ERROR:  could not find %1$s with password=%2$s' >&2
      echo 'psql: error: connection to server as "%1$s" failed: %2$s' >&2
      echo '%1$s %2$s'
      """
          .formatted(CANARY_ROW, CANARY_SECRET);
  private static final Sibling SIBLING =
      new Sibling(
          "acme-restore-20261121155200",
          "-Acme (restored backup)",
          "acme",
          new Reference("tenant_acme_restore", new SecretName("tenant-db-acme-restore")),
          "read_only",
          "countersign run 7k2m9qxd");

  private final OneServer server = OneServer.shared();
  @TempDir private Path folder = Path.of("");

  private static Acting acting(int attempt) {
    return new Acting("cs/7k2m9qxd/freeze/" + attempt, () -> {}, () -> {});
  }

  @AfterEach
  void reset() throws SQLException {
    server.execute("registry", "bot", "UPDATE tenant SET status = 'active'");
    server.execute("registry", "bot", "DELETE FROM tenant WHERE slug <> 'acme'");
  }

  private ProductCommand product() {
    return new ProductCommand(folder, server.login("registry", "bot"));
  }

  private OwnCommand tenantStatus(String body, Duration timeOut) throws IOException {
    return product()
        .program(
            "tenant-status",
            body,
            timeOut,
            "--slug",
            "{slug}",
            "--to",
            "{to}",
            "--reason",
            "{reason}");
  }

  private CommandRegistry registry(String change, OwnCommand command) {
    Estate estate = server.sample(Duration.ZERO).commands(Map.of(change, command)).estate();
    return new CommandRegistry(estate, new QueryRegistry(estate, server.secrets()), programs());
  }

  private ClientPrograms programs() {
    return new ClientPrograms(List.of(), folder.resolve("scratch"));
  }

  private CommandRegistry setting(String body, Duration timeOut) throws IOException {
    return registry("set-status", tenantStatus(body, timeOut));
  }

  private static boolean freeze(CommandRegistry registry) {
    return registry.setStatus("acme", "active", "read_only", "why", BY);
  }

  private String status() throws SQLException {
    return server.ask("registry", "SELECT status FROM tenant WHERE slug = 'acme'").orElseThrow();
  }

  /** What people are told; no canary is in it, nor in anything that a log could show of it. */
  private static String said(ThrowingCallable change) {
    var refused = catchThrowableOfType(RegistryUnavailable.class, change);
    assertThat(refused).isNotNull();
    var trace = new StringWriter();
    refused.printStackTrace(new PrintWriter(trace));
    var line = refused.problem("freezing acme").line();
    assertThat(trace + line).doesNotContain("Canary", "canary");
    return line;
  }

  @Test
  void a_status_is_set_by_the_products_own_command_and_read_back() throws Exception {
    var registry = setting(SETS_STATUS, MINUTE);

    assertThat(freeze(registry)).isTrue();

    assertThat(status()).isEqualTo("read_only");
    assertThat(product().called())
        .containsExactly("--slug", "acme", "--to", "read_only", "--reason", "why");
    assertThat(folder.resolve("scratch")).isEmptyDirectory();
  }

  @Test
  void a_persons_words_stay_one_argument_that_is_no_option_and_no_program() throws Exception {
    var touched = folder.resolve("touched");
    var reason = "--to active $(touch " + touched + ") `id` '\"; \\\n-x {slug} {reason} é";

    assertThat(setting(SETS_STATUS, MINUTE).setStatus("acme", "active", "read_only", reason, BY))
        .isTrue();

    assertThat(product().called())
        .containsExactly("--slug", "acme", "--to", "read_only", "--reason", " " + reason);
    assertThat(touched).doesNotExist();
    assertThat(status()).isEqualTo("read_only");
  }

  @Test
  void a_name_that_would_be_taken_for_an_option_is_refused_and_nothing_is_run() throws Exception {
    var registry = setting(SETS_STATUS, MINUTE);

    assertThat(said(() -> registry.setStatus("acme", "active", "--force", "why", BY)))
        .contains("the command set-status cannot be given the name '--force'");
    assertThat(product().called()).isEmpty();
  }

  @Test
  void where_the_status_is_another_than_expected_nothing_is_run() throws Exception {
    var registry = setting(SETS_STATUS, MINUTE);

    assertThat(registry.setStatus("acme", "suspended", "read_only", "why", BY)).isFalse();
    assertThat(registry.setStatus("nobody", "active", "read_only", "why", BY)).isFalse();

    assertThat(product().called()).isEmpty();
    assertThat(status()).isEqualTo("active");
  }

  @Test
  void a_command_that_fails_is_told_with_its_code_and_nothing_that_it_printed() throws Exception {
    var registry = setting(TELLS_ALL + "exit 7", MINUTE);

    assertThat(said(() -> freeze(registry)))
        .contains("the command set-status of medsuite failed: tenant-status ended with code 7")
        .contains("It should have given acme the status read_only; the registry says active");
  }

  @Test
  void a_command_that_fails_after_it_has_done_its_work_has_done_it() throws Exception {
    assertThat(freeze(setting(SETS_STATUS + "\nexit 7", MINUTE))).isTrue();
  }

  @Test
  void a_command_that_ends_well_and_does_nothing_is_not_believed() throws Exception {
    var registry = setting(TELLS_ALL + "exit 0", MINUTE);

    assertThat(said(() -> freeze(registry)))
        .contains("the command set-status of medsuite ended well and has not done its work")
        .contains("the registry says active", "changes this very registry");
  }

  @Test
  void a_command_that_takes_too_long_is_killed_and_then_only_the_registry_counts()
      throws Exception {
    var registry = setting("exec sleep 600", SHORT);
    assertThat(said(() -> freeze(registry))).contains("it took longer than", "was killed");

    var waits = "\necho $$ > waiting\nexec sleep 600";
    assertThat(freeze(setting(SETS_STATUS + waits, Duration.ofSeconds(2)))).isTrue();
    var pid = Long.parseLong(Files.readString(folder.resolve("waiting")).strip());
    assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
  }

  @Test
  void a_command_that_floods_its_output_neither_blocks_nor_fills_the_memory() throws Exception {
    var flood = "head -c 10000000 /dev/zero >&2\nhead -c 10000000 /dev/zero\n";
    assertThat(freeze(setting(flood + SETS_STATUS, MINUTE))).isTrue();
    reset();
    var endless = setting("cat /dev/zero >&2", SHORT);
    assertThat(said(() -> freeze(endless))).contains("it took longer than");
  }

  @Test
  void a_program_that_cannot_be_run_is_named() throws Exception {
    var nowhere = registry("set-status", new OwnCommand(List.of("/nowhere/pnpm", "{to}"), MINUTE));
    assertThat(said(() -> freeze(nowhere))).contains("/nowhere/pnpm cannot be run on the bot's");
    var acme = nowhere.tenant("acme").orElseThrow();
    assertThatThrownBy(() -> nowhere.rehearse("set-status", acme))
        .hasMessageContaining("/nowhere/pnpm, which the command set-status names");

    var command = tenantStatus("", MINUTE);
    var file = Path.of(command.argv().getFirst());
    Files.writeString(file, "#!/nowhere/node\n");
    var unread = registry("set-status", command);
    assertThat(said(() -> freeze(unread))).contains("could not be started", "its first line names");
    unread.rehearse("set-status", acme);
  }

  @Test
  void whoever_has_lost_the_run_runs_nothing_and_believes_nothing() throws Exception {
    var asked = new AtomicInteger();
    var lostAt = new AtomicInteger(1);
    Runnable fence =
        () -> {
          if (asked.incrementAndGet() == lostAt.get()) {
            throw new Stop.Stopped(Stop.Why.LEASE_LOST);
          }
        };
    var by = new Acting("cs/7k2m9qxd/freeze/1", fence, () -> {});
    var registry = setting(SETS_STATUS, MINUTE);

    assertThatThrownBy(() -> registry.setStatus("acme", "active", "read_only", "why", by))
        .isInstanceOf(Stop.Stopped.class);
    assertThat(product().called()).isEmpty();

    asked.set(0);
    lostAt.set(2);
    assertThatThrownBy(() -> registry.setStatus("acme", "active", "read_only", "why", by))
        .isInstanceOf(Stop.Stopped.class);
    assertThat(product().called()).isNotEmpty();
  }

  @Test
  void a_run_that_must_end_kills_its_command() throws Exception {
    var stop = new Stop();
    var by = new Acting("cs/7k2m9qxd/freeze/1", () -> {}, stop::check);
    var registry = setting("echo $$ > waiting\nexec sleep 600", MINUTE);
    var acting =
        CompletableFuture.supplyAsync(
            () -> registry.setStatus("acme", "active", "read_only", "why", by));
    Stage.await("it runs", () -> Files.exists(folder.resolve("waiting")));
    stop.request(Stop.Why.CANCELLED);

    assertThatThrownBy(acting::join).hasCauseInstanceOf(Stop.Stopped.class);
  }

  @Test
  void a_command_that_outlived_its_bot_is_ended_before_the_next_look() throws Exception {
    var registry = setting(SETS_STATUS, MINUTE);
    var left = waiting(2);
    var later = waiting(3);
    var other = new ProcessBuilder("/bin/sleep", "600").start();
    try (var home = programs().scratch("cs/7k2m9qxd/freeze/1")) {
      // a note of a process that ended long ago, whose number another has now
      Files.createFile(home.file("program-" + other.pid() + "-1000"));
      // it could change the row right after a look that finds nothing to do
      assertThat(registry.setStatus("acme", "suspended", "active", "why", acting(2))).isFalse();
      assertThat(left.isAlive()).isFalse();
      assertThat(later.isAlive()).isTrue();
      assertThat(other.isAlive()).isTrue();

      registry.endChanges("cs/7k2m9qxd/freeze/", 3);
      assertThat(later.isAlive()).isFalse();
      assertThat(folder.resolve("scratch")).isEmptyDirectory();
    } finally {
      List.of(left, later, other).forEach(Process::destroyForcibly);
    }
  }

  /** A program of an attempt whose bot is gone. */
  private Process waiting(int attempt) throws IOException {
    var child = new ProcessBuilder("/bin/sleep", "600").start();
    var _ = LeftPrograms.note(child, programs().scratch("cs/7k2m9qxd/freeze/" + attempt));
    return child;
  }

  private CommandRegistry enrolling(String database, String status) throws IOException {
    return enrolling(database, status, "pg-1");
  }

  private CommandRegistry enrolling(String database, String status, String on) throws IOException {
    var body =
        """
        change "INSERT INTO public.tenant VALUES (:'slug', gen_random_uuid(), :'display_name', %s,
          %s, '%s', :'secret')" "$@"
        """
            .formatted(status, database, on);
    return registry(
        "enrol",
        product()
            .program(
                "provision-tenant",
                body,
                MINUTE,
                "--slug",
                "{slug}",
                "--display-name",
                "{display-name}",
                "--database",
                "{database}",
                "--secret",
                "{secret}",
                "--status",
                "{status}"));
  }

  @Test
  void a_sibling_is_enrolled_by_the_products_own_command_only_where_the_row_is_as_asked_for()
      throws Exception {
    var registry = enrolling(":'database'", ":'status'");
    assertThat(registry.enrol(SIBLING, BY)).isTrue();
    var row = registry.tenant(SIBLING.slug()).orElseThrow();
    assertThat(Reference.of(row)).isEqualTo(SIBLING.reference());
    assertThat(row.displayName()).isEqualTo(" -Acme (restored backup)");

    int calls = product().called().size();
    assertThat(registry.enrol(SIBLING, BY)).isFalse();
    assertThat(product().called()).hasSize(calls);
    reset();

    var elsewhere = enrolling("'tenant_acme'", ":'status'");
    assertThat(said(() -> elsewhere.enrol(SIBLING, BY)))
        .contains("the command enrol of medsuite ended well and has not done its work")
        .contains("to tenant_acme_restore by tenant-db-acme-restore, read_only")
        .contains("leads it to tenant_acme by tenant-db-acme-restore on pg-1, read_only");
    reset();

    var open = enrolling(":'database'", "'active'");
    assertThat(said(() -> open.enrol(SIBLING, BY))).contains("on pg-1, active");
    reset();

    var away = enrolling(":'database'", ":'status'", "pg-9");
    assertThat(said(() -> away.enrol(SIBLING, BY))).contains("on pg-9, read_only");
  }

  @Test
  void a_sibling_is_withdrawn_only_where_the_row_leads_to_it_and_it_is_gone_afterwards()
      throws Exception {
    assertThat(enrolling(":'database'", ":'status'").enrol(SIBLING, BY)).isTrue();
    var words = new String[] {"--slug", "{slug}", "--database", "{database}"};
    var sql = "change \"DELETE FROM public.tenant WHERE slug = :'slug'\" \"$@\"";
    var registry = registry("withdraw", product().program("archive", sql, MINUTE, words));
    int calls = product().called().size();

    var other = new Reference("tenant_acme", SIBLING.reference().secret());
    assertThat(registry.withdraw(SIBLING.slug(), other, BY)).isFalse();
    assertThat(registry.withdraw("acme", SIBLING.reference(), BY)).isFalse();
    assertThat(product().called()).hasSize(calls);

    var idle = registry("withdraw", product().program("idle", "exit 0", MINUTE, words));
    assertThat(said(() -> idle.withdraw(SIBLING.slug(), SIBLING.reference(), BY)))
        .contains("ended well and has not done its work")
        .contains(SIBLING.slug() + " still leads to tenant_acme_restore");

    assertThat(registry.withdraw(SIBLING.slug(), SIBLING.reference(), BY)).isTrue();
    assertThat(registry.tenant(SIBLING.slug())).isEmpty();
    assertThat(registry.tenant("acme")).isPresent();
  }
}
