package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.DANA;
import static io.countersign.sandbox.slack.Workspace.GUS;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.estate.DatabaseRef;
import io.countersign.estate.ServerRef;
import io.countersign.estate.TenantRef;
import io.countersign.gate.GateRow;
import io.countersign.run.Schedules;
import io.countersign.runbook.Value;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Button;
import io.countersign.sandbox.slack.View;
import io.countersign.slack.Doors.Waiting;
import io.countersign.support.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The bot's Home, as each person sees it, and what its buttons do. */
class HomeTest {
  private static final Doors DOORS = new Doors(Transport.HTTP);

  @AfterAll
  static void close() {
    DOORS.close();
  }

  private static View home(String person, Predicate<View> fits) {
    return DOORS
        .people
        .awaitHome(person, fits, Doors.PATIENCE)
        .orElseThrow(
            () ->
                new AssertionError(
                    DOORS.people.homeOf(person).map(View::rendered).orElse("nothing")));
  }

  private static View opened(String person, Predicate<View> fits) {
    assertThat(DOORS.people.openHome(person).isAcknowledged()).isTrue();
    return home(person, fits);
  }

  private static List<Button> approvals(View home, Waiting waiting) {
    return buttons(home, Drawing.APPROVE, waiting);
  }

  private static List<Button> buttons(View home, String action, Waiting waiting) {
    return home.buttons().stream()
        .filter(it -> it.actionId().equals(action))
        .filter(it -> it.value().startsWith(DOORS.gate(waiting).id().toString()))
        .toList();
  }

  @Test
  void what_waits_for_a_person_can_be_decided_there_and_follows_what_others_do() {
    var one = DOORS.atGate();
    var two = DOORS.atGate(Samples.gate(2));
    DOORS.awaitRoot(one);

    var bobs = opened(BOB, it -> !approvals(it, one).isEmpty() && !approvals(it, two).isEmpty());
    var danas = opened(DANA, it -> !approvals(it, two).isEmpty());
    assertThat(bobs.rendered())
        .contains("Waiting for you", "asks you to", "Running", "Held", "medsuite/" + one.tenant());
    assertThat(approvals(danas, one)).hasSize(1);

    var told = DOORS.heard(BOB, () -> DOORS.people.clickHome(BOB, approvals(bobs, two).getFirst()));

    assertThat(told).hasSize(1).first().asString().contains("1 more person is needed");
    assertThat(DOORS.gate(one).votes()).as("the other card's button was not pressed").isEmpty();
    assertThat(DOORS.gate(two).votes()).hasSize(1);
    assertThat(
            DOORS.rig.database.one(
                "SELECT door FROM countersign.vote WHERE gate = '%s'"
                    .formatted(DOORS.gate(two).id())))
        .isEqualTo("home");
    home(BOB, it -> approvals(it, two).isEmpty() && !approvals(it, one).isEmpty());

    DOORS.vote(Doors.Door.BUTTON, DANA, DOORS.gate(one));
    home(BOB, it -> approvals(it, one).isEmpty());
    home(DANA, it -> approvals(it, one).isEmpty() && !approvals(it, two).isEmpty());
  }

  @Test
  void only_who_can_decide_a_card_sees_it_and_only_who_may_start_a_run_sees_that_it_runs() {
    var waiting = DOORS.atGate();
    var due = DOORS.begun().run();
    scheduled(due);
    var alices = opened(ALICE, it -> it.rendered().contains(waiting.tenant()));
    assertThat(alices.rendered()).contains("Nothing waits for you");
    assertThat(approvals(alices, waiting)).isEmpty();
    var carols = opened(CAROL, it -> it.rendered().contains("not shown"));
    assertThat(carols.rendered())
        .contains("Nothing waits for you", "Nothing of yours is running", "may start it")
        .doesNotContain(waiting.tenant(), "tenant_acme_old_", waiting.run().value());
    assertThat(approvals(carols, waiting)).isEmpty();
    assertThat(opened(GUS, it -> true).rendered())
        .contains("Only full members of this workspace", "a guest")
        .doesNotContain(waiting.tenant());
  }

  @Test
  void a_denial_from_there_asks_for_its_reason() {
    var waiting = DOORS.atGate();
    var home = opened(BOB, it -> !approvals(it, waiting).isEmpty());

    DOORS.people.clickHome(BOB, buttons(home, Drawing.DENY, waiting).getFirst());
    assertThat(
            DOORS.people.awaitView(BOB, it -> it.callbackId().equals(Modals.DENY), Doors.PATIENCE))
        .isPresent();
    var told =
        DOORS.heard(
            BOB,
            () -> DOORS.people.submit(BOB, Map.of(Modals.REASON, Map.of(Modals.REASON, "wrong"))));

    assertThat(told).hasSize(1).first().asString().contains("Your denial counts");
    assertThat(DOORS.gate(waiting).status()).isEqualTo(GateRow.Status.DENIED);
    home(BOB, it -> buttons(it, Drawing.DENY, waiting).isEmpty());
  }

  @Test
  void a_scheduled_drop_is_put_off_once_by_who_may_and_by_its_own_length() {
    var run = DOORS.begun().run();
    var due = scheduled(run);
    var home = opened(BOB, it -> later(it, run).size() == 1);
    assertThat(home.rendered()).contains("tenant_acme_old_" + run, "may be dropped for ever");
    var button = later(home, run).getFirst();
    assertThat(button.label()).isEqualTo("Keep it for 7 days more");

    assertThat(DOORS.press(CAROL, button.actionId(), button.value()))
        .contains("Only a PLATFORM_ADMIN");
    assertThat(DOORS.heard(BOB, () -> DOORS.people.clickHome(BOB, button)))
        .containsExactly(
            "tenant-drop-old for acme is put off by 7 days; until then nothing is asked and"
                + " nothing is dropped.");
    assertThat(DOORS.press(DANA, button.actionId(), button.value()))
        .contains("was put off or has begun since you saw it");
    assertThat(DOORS.press(DANA, button.actionId(), "x|y")).contains("names nothing that I know");

    assertThat(
            DOORS.rig.database.one(
                "SELECT due_at = timestamptz '%s' + interval '7 days' FROM countersign.schedule WHERE made_by = '%s'"
                    .formatted(due, run)))
        .isEqualTo("t");
    home(BOB, it -> later(it, run).stream().noneMatch(b -> b.value().equals(button.value())));
  }

  @Test
  void after_a_restart_an_open_home_is_brought_up_to_date_all_the_same() {
    var waiting = DOORS.atGate();
    opened(BOB, it -> !approvals(it, waiting).isEmpty());
    DOORS.rig.restart();
    // time passes
    DOORS.rig.database.execute(
        "UPDATE countersign.channel_lease SET until = clock_timestamp() WHERE channel ="
            + " 'app-home'");
    DOORS.vote(Doors.Door.BUTTON, DANA, DOORS.gate(waiting));
    home(BOB, it -> approvals(it, waiting).isEmpty());
  }

  @Test
  void a_home_that_slack_does_not_take_now_comes_later() {
    var waiting = DOORS.atGate();
    DOORS.rig.slack.faults().rateLimitNext("views.publish", Duration.ofSeconds(1));
    opened(DANA, it -> it.rendered().contains("medsuite/" + waiting.tenant()));
    DOORS.rig.slack.faults().failNext("views.publish", "fatal_error");
    DOORS.vote(Doors.Door.DENIAL, BOB, DOORS.gate(waiting));
    DOORS.advance(waiting);
    home(DANA, it -> !it.rendered().contains("medsuite/" + waiting.tenant() + " is held"));
  }

  private static List<Button> later(View home, RunId run) {
    var id =
        DOORS.rig.database.one(
            "SELECT id FROM countersign.schedule WHERE made_by = '%s'".formatted(run));
    return home.buttons().stream()
        .filter(it -> it.actionId().equals(HomeDrawing.LATER) && it.value().startsWith(id))
        .toList();
  }

  private static String scheduled(RunId run) {
    var server = new ServerRef("medsuite", "pg-1");
    var kept = new DatabaseRef(server, 16_503, "tenant_acme_old_" + run);
    return DOORS
        .rig
        .database
        .get()
        .schedules()
        .add(
            new Schedules.Later(
                run,
                "schedule",
                "tenant-drop-old",
                new TenantRef("medsuite", "acme"),
                Map.of("database", new Value.OfDatabase(kept)),
                DOORS.person(ALICE),
                "after a restore",
                Duration.ofDays(7)))
        .due()
        .toString();
  }
}
