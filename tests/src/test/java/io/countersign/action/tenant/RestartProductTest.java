package io.countersign.action.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Outcome;
import io.countersign.action.Stop;
import io.countersign.action.TestAttempt;
import io.countersign.estate.Estate;
import io.countersign.estate.Policies;
import io.countersign.postgres.ClientPrograms;
import io.countersign.support.SampleEstate;
import io.countersign.support.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The restart of the product after a cutover, with real programs. */
class RestartProductTest {
  private static final String CANARY_ROW = "Jane Canary-Roe 1947";
  @TempDir private Path folder = Path.of("");

  private static Estate estate(Optional<Policies.OwnCommand> restart) {
    return SampleEstate.named("medsuite")
        .policies(
            new Policies(
                Policies.Queues.DISCARD, Policies.Sequences.KEEP_AHEAD, Optional.empty(), restart))
        .estate();
  }

  /** A program that leaves its arguments and its environment behind, and ends like this. */
  private Policies.OwnCommand script(String ends, Duration timeOut) throws IOException {
    var file = folder.resolve("rolling-restart");
    Files.writeString(
        file,
        """
        #!/bin/sh
        echo "$@" >> %1$s/called
        env > %1$s/environment
        echo '%2$s' >&2
        echo '%2$s'
        %3$s
        """
            .formatted(folder, CANARY_ROW, ends));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new Policies.OwnCommand(
        List.of(file.toString(), "rcm-core", "--slug={tenant}"), timeOut);
  }

  private ClientPrograms programs() {
    return new ClientPrograms(List.of(), folder.resolve("scratch"));
  }

  private RestartProduct restart(Policies.OwnCommand command) {
    return new RestartProduct(estate(Optional.of(command)), programs());
  }

  private static Outcome<RestartProduct.Outputs> once(RestartProduct action) throws Exception {
    return TestAttempt.once(action, new RestartProduct.Inputs(), "restart");
  }

  private static String outcome(Outcome<RestartProduct.Outputs> ended) {
    assertThat(ended).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<RestartProduct.Outputs>) ended).outputs().outcome();
  }

  private static String said(Outcome<?> ended) {
    assertThat(ended).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done<?>) ended).said();
  }

  @Test
  void it_runs_for_its_tenant_without_a_login_and_nothing_that_it_prints_is_told()
      throws Exception {
    var ended = once(restart(script("exit 0", Duration.ofMinutes(1))));

    assertThat(outcome(ended)).isEqualTo("restarted");
    assertThat(said(ended)).isEqualTo("the product's processes were restarted");
    assertThat(Files.readString(folder.resolve("called"))).isEqualTo("rcm-core --slug=acme\n");
    assertThat(Files.readAllLines(folder.resolve("environment")))
        .allSatisfy(
            it ->
                assertThat(it)
                    .matches(
                        "(PATH|LD_LIBRARY_PATH|LC_ALL|TZ|HOME|PWD|SHLVL|_|OLDPWD)=.*|PGSSL.*"));
    assertThat(folder.resolve("scratch")).isEmptyDirectory();
  }

  @Test
  void where_it_fails_the_run_goes_on_and_says_what_happened() throws Exception {
    var minute = Duration.ofMinutes(1);
    var failed = once(restart(script("exit 3", minute)));
    assertThat(outcome(failed)).isEqualTo("failed");
    assertThat(said(failed))
        .contains("the product was not restarted: rolling-restart ended with code 3")
        .contains("acme is not kept closed for it", "within 30 s")
        .doesNotContain(CANARY_ROW);

    var late = once(restart(script("exec sleep 60", Duration.ofMillis(300))));
    assertThat(outcome(late)).isEqualTo("failed");
    assertThat(said(late)).contains("it took longer than").contains("was killed");

    var missing =
        once(restart(new Policies.OwnCommand(List.of("/nowhere/rolling-restart"), minute)));
    assertThat(outcome(missing)).isEqualTo("failed");
    assertThat(said(missing)).contains("/nowhere/rolling-restart cannot be run");
  }

  @Test
  void an_estate_without_a_command_says_so_and_nothing_is_done() throws Exception {
    var ended = once(new RestartProduct(estate(Optional.empty()), programs()));

    assertThat(outcome(ended)).isEqualTo("none");
    assertThat(said(ended)).startsWith("the estate has no restart command");
    assertThat(sure(Optional.empty(), "none")).isInstanceOf(Outcome.Done.class);
  }

  @Test
  void a_run_that_must_end_has_no_failed_restart() throws Exception {
    var action = restart(script("exec sleep 60", Duration.ofMinutes(1)));
    var attempt = TestAttempt.begun(action, new RestartProduct.Inputs(), "restart");
    var acting = CompletableFuture.supplyAsync(() -> action.act(attempt));
    Stage.await("it runs", () -> Files.exists(folder.resolve("environment")));
    attempt.stop().request(Stop.Why.SHUTDOWN);

    assertThatThrownBy(acting::join).hasCauseInstanceOf(Stop.Stopped.class);
  }

  private Outcome<?> sure(Optional<Policies.OwnCommand> command, String before) throws Exception {
    var action = new ProductRestarted(estate(command), programs());
    return TestAttempt.once(action, new ProductRestarted.Inputs(before), "restarted");
  }

  @Test
  void a_restart_that_failed_is_tried_again_and_a_person_is_asked_only_then() throws Exception {
    var well = Optional.of(script("exit 0", Duration.ofMinutes(1)));
    assertThat(said(sure(well, "restarted"))).contains("were restarted before");
    assertThat(folder.resolve("called")).doesNotExist();
    assertThat(said(sure(well, "failed"))).contains("were restarted now");
    assertThat(folder.resolve("called")).exists();

    assertThat(sure(Optional.of(script("exit 3", Duration.ofMinutes(1))), "failed"))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            it ->
                assertThat(it.problem().line())
                    .contains("restarting the product medsuite", "ended with code 3")
                    .doesNotContain(CANARY_ROW));
  }
}
