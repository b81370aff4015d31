package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.DANA;
import static io.countersign.sandbox.slack.Workspace.GENERAL;
import static io.countersign.sandbox.slack.Workspace.GUS;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static io.countersign.sandbox.slack.Workspace.ZOE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.countersign.Role;
import io.countersign.estate.ServerRestorer;
import io.countersign.runbook.Arguments.Said;
import io.countersign.runbook.Parameter;
import io.countersign.runbook.Runbook;
import io.countersign.runbook.Value;
import io.countersign.runbook.ValueType;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.Button;
import io.countersign.sandbox.slack.Delivery;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.SubmitResult;
import io.countersign.sandbox.slack.View;
import io.countersign.support.SomeTenants;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What people type and fill in, through a Slack that uses one of the two doors. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AskingStories {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");
  private static final String LONGEST = "x".repeat(63);
  private static final String COMMAND = "/tenant-restore";

  private final Instant earliest =
      Instant.now().minus(Duration.ofDays(7)).truncatedTo(ChronoUnit.MINUTES);
  private final SomeTenants registry =
      new SomeTenants("medsuite")
          .with("acme", "Acme Health")
          .with("globex", "Globex")
          .with("initech", "Initech")
          .with(LONGEST, "An endless name ".repeat(20));
  private final EdgeRig rig;
  private final SlackDriver people;

  AskingStories(Transport transport) {
    var window = new ServerRestorer.Window(earliest, Instant.MAX);
    rig =
        EdgeRig.of(
            transport,
            it -> List.of(registry.estate(window, it.bench.actions.catalogue())),
            List.of(restore(), without()));
    people = rig.slack.driver();
  }

  private static Runbook restore() {
    var simple = EdgeRig.runbook();
    return new Runbook(
        simple.name(),
        simple.title(),
        simple.estates(),
        simple.command(),
        simple.requester(),
        List.of(
            parameter("tenant", ValueType.TENANT),
            parameter("to", ValueType.INSTANT),
            new Parameter(
                "strategy",
                ValueType.CHOICE,
                List.of("swap-and-keep", "flip-the-ref"),
                3_000,
                Optional.of(new Value.Choice("swap-and-keep")),
                false,
                "How the restored database becomes the live one"),
            new Parameter(
                "reason",
                ValueType.TEXT,
                List.of(),
                300,
                Optional.of(new Value.Text("")),
                false,
                "No patient data")),
        simple.steps(),
        simple.onAbort(),
        simple.source());
  }

  /** One that no command of its own starts, and one that nobody can start. */
  private static Runbook without() {
    var simple = EdgeRig.runbook();
    return new Runbook(
        "tenant-drop-old",
        "Drop a database that was kept",
        simple.estates(),
        Optional.empty(),
        Role.PLATFORM_ADMIN,
        List.of(parameter("tenant", ValueType.TENANT), parameter("database", ValueType.DATABASE)),
        simple.steps(),
        simple.onAbort(),
        simple.source());
  }

  private static Parameter parameter(String name, ValueType type) {
    return new Parameter(name, type, List.of(), 3_000, Optional.empty(), false, "");
  }

  @BeforeEach
  void theRegistryIsThere() {
    registry.away(null);
    rig.database.execute("TRUNCATE countersign.draft CASCADE");
  }

  @AfterAll
  void stop() {
    rig.close();
  }

  // What people do

  private View form(String person, String text) {
    assertThat(people.slash(person, INCIDENT, COMMAND, text).isAcknowledged()).isTrue();
    return form(person);
  }

  private View form(String person) {
    return people
        .awaitView(person, it -> it.callbackId().equals(AskForm.CALLBACK), PATIENCE)
        .orElseThrow(() -> new AssertionError(people.views(person).toString()));
  }

  private Message told(String person, int before, String text) {
    return people
        .awaitEphemeral(
            person,
            it -> it.rendered().contains(text) && people.ephemerals(person).size() > before,
            PATIENCE)
        .orElseThrow(() -> new AssertionError(people.ephemerals(person).toString()));
  }

  private Message typed(String person, String command, String text, String answer) {
    int before = people.ephemerals(person).size();
    assertThat(people.slash(person, INCIDENT, command, text).isAcknowledged()).isTrue();
    return told(person, before, answer);
  }

  private static Map<String, Map<String, String>> entered(String... fieldsAndValues) {
    var entered = new HashMap<String, Map<String, String>>();
    for (int i = 0; i < fieldsAndValues.length; i += 2) {
      var block = AskForm.block(fieldsAndValues[i]);
      entered.put(block, Map.of(block, fieldsAndValues[i + 1]));
    }
    return entered;
  }

  private static Map<String, Map<String, String>> at(ZonedDateTime time, String... more) {
    var entered = entered(more);
    entered.putAll(
        entered(
            "to.date", time.toLocalDate().toString(), "to.time", time.toLocalTime().toString()));
    return entered;
  }

  private static ZonedDateTime ago(Duration length) {
    return ZonedDateTime.now(MADRID).minus(length).truncatedTo(ChronoUnit.MINUTES);
  }

  private Map<String, String> errors(String person, Map<String, Map<String, String>> entered) {
    var result = people.submit(person, entered);
    assertThat(result).isInstanceOf(SubmitResult.Rejected.class);
    return ((SubmitResult.Rejected) result).errors();
  }

  private String offered(String person, String typed) {
    return people.suggestions(person, AskForm.block("tenant"), typed).keySet().toString();
  }

  private Button button(Message message, String label) {
    return message.buttons().stream()
        .filter(it -> it.label().startsWith(label))
        .findFirst()
        .orElseThrow(() -> new AssertionError(label + " is not among " + message.buttons()));
  }

  private long plans() {
    return Long.parseLong(rig.database.one("SELECT count(*) FROM countersign.draft"));
  }

  @Test
  void the_story_of_a_form_from_the_bare_command_to_the_start() {
    var form = form(ALICE, "");
    assertThat(form.rendered()).contains("nothing starts by itself");
    assertThat(offered(ALICE, "globx")).contains("medsuite/globex");
    assertThat(offered(ALICE, "Acme h")).isEqualTo("[medsuite/acme]");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> rig.tenants.earliest(SomeTenants.SERVER).isPresent());

    var tooEarly =
        errors(ALICE, at(earliest.atZone(MADRID).minusHours(1), "tenant", "medsuite/acme"));
    assertThat(tooEarly).containsOnlyKeys(AskForm.block("to.date"));
    assertThat(tooEarly.toString())
        .contains(
            "too early", "pg-1 can be restored to any moment since", "Europe/Madrid = ", "UTC");
    var toCome = errors(ALICE, at(ago(Duration.ofDays(-1)), "tenant", "medsuite/acme"));
    assertThat(toCome).containsOnlyKeys(AskForm.block("to.time"));
    assertThat(toCome.toString()).contains("lies in the future");
    assertThat(plans()).isZero();

    int before = people.ephemerals(ALICE).size();
    var time = ago(Duration.ofMinutes(30));
    var submitted = people.submit(ALICE, at(time, "tenant", "medsuite/acme", "to.seconds", "7.5"));
    assertThat(submitted.isAccepted()).as("%s", submitted).isTrue();
    var plan = told(ALICE, before, "Nothing has happened yet");
    assertThat(plan.buttons())
        .extracting(Button::label)
        .containsExactly("Start", "Change", "Show every statement", "Not now");
    assertThat(plan.rendered()).contains("Restore acme to", "Europe/Madrid", "UTC");
    assertThat(people.views(ALICE)).isEmpty();

    var delivery = ((SubmitResult.Accepted) submitted).outcome().delivery();
    assertThat(people.redeliver(delivery).isAcknowledged()).isTrue();
    changed(plan, time);
  }

  private void changed(Message plan, ZonedDateTime time) {
    people.click(ALICE, plan, Commands.CHANGE);
    var again = form(ALICE);
    assertThat(again.blocks().toString())
        .contains("\"initial_date\":\"" + time.toLocalDate() + "\"")
        .contains("\"initial_time\":\"" + time.toLocalTime() + "\"")
        .contains("\"initial_value\":\"7.5\"")
        .contains("Acme Health")
        .contains("any moment since");
    int before = people.ephemerals(ALICE).size();
    var accepted =
        people.submit(
            ALICE, entered("reason", "bad migration <!channel>", "strategy", "flip-the-ref"));
    assertThat(accepted.isAccepted()).isTrue();
    var other = told(ALICE, before, "bad migration");
    assertThat(plans()).as("the same form twice is one plan").isEqualTo(2);
    assertThat(rig.bench.journal.active()).isEmpty();

    people.click(ALICE, other, Commands.START);
    told(ALICE, before + 1, "is started");
    people.click(ALICE, other, Commands.START);
    told(ALICE, before + 2, "was started before");
    assertThat(rig.bench.journal.active()).hasSize(1);
    var spec = rig.bench.state(rig.bench.journal.active().getFirst()).facts().spec();
    assertThat(spec.parameters())
        .containsEntry("strategy", new Value.Choice("flip-the-ref"))
        .containsEntry("to", new Value.Moment(time.toInstant().plusMillis(7_500)));
    assertThat(people.everythingShown()).noneMatch(it -> it.contains("<!channel>"));
  }

  @Test
  void two_clicks_on_one_form_are_one_plan() {
    form(DANA, "initech");
    int before = people.ephemerals(DANA).size();
    var submitted = people.submit(DANA, at(ago(Duration.ofMinutes(20))));
    told(DANA, before, "Nothing has happened yet");
    var first = ((SubmitResult.Accepted) submitted).outcome().delivery();
    var another = first.body().replaceAll("trigger_id%22%3A%22[^%]+", "trigger_id%22%3A%22another");
    assertThat(another).isNotEqualTo(first.body());

    var second = people.redeliver(new Delivery(first.kind(), first.contentType(), another, false));

    assertThat(second.isAcknowledged()).isTrue();
    assertThat(
            rig.database.one(
                "SELECT count(*) FROM countersign.request WHERE body::text LIKE '%initech%' AND"
                    + " kind = 'submitted'"))
        .isEqualTo("1");
    assertThat(plans()).isEqualTo(1);
  }

  @Test
  void what_was_typed_is_filled_in_and_only_the_rest_is_asked() {
    var form = form(BOB, "globex because wrong import");
    assertThat(form.rendered()).contains("\"to\" is missing");
    assertThat(form.blocks().toString()).contains("wrong import", "medsuite/globex");

    int before = people.ephemerals(BOB).size();
    people.submit(BOB, at(ago(Duration.ofMinutes(20))));
    assertThat(told(BOB, before, "Nothing has happened yet").rendered())
        .contains("globex", "wrong import");
  }

  @Test
  void the_longest_names_fit_into_what_slack_takes() {
    form(BOB, LONGEST + " because x");
    assertThat(people.suggestions(BOB, AskForm.block("tenant"), "xxx"))
        .containsOnlyKeys("medsuite/" + LONGEST)
        .hasEntrySatisfying(
            "medsuite/" + LONGEST,
            it -> assertThat(it).startsWith(LONGEST).hasSizeLessThanOrEqualTo(75));
    people.closeView(BOB);
  }

  @Test
  void who_may_not_start_it_sees_no_form_and_no_tenant() {
    people.slash(CAROL, INCIDENT, COMMAND, "");
    var refusal =
        people.awaitView(CAROL, it -> it.rendered().contains("Only a PLATFORM_ADMIN"), PATIENCE);
    assertThat(refusal).isPresent();
    assertThat(refusal.get().rendered()).contains("Those who can", "Alice", "Bob");
    assertThat(forged(CAROL)).contains("\"options\":[]").doesNotContain("acme");
    assertThat(forged(GUS)).doesNotContain("acme");
    assertThat(forged(ZOE)).doesNotContain("acme");
    assertThat(forged(ALICE)).as("the same as it may be").contains("medsuite/acme");
    assertThat(typed(CAROL, COMMAND, "acmee to 10 minutes ago", "Only a PLATFORM_ADMIN").rendered())
        .doesNotContain("Did you mean");
  }

  /** What a bare request for suggestions is answered. */
  private String forged(String person) {
    var payload = JsonNodeFactory.instance.objectNode();
    payload.put("type", "block_suggestion").put("value", "a");
    payload.put("action_id", AskForm.block("tenant")).put("block_id", AskForm.block("tenant"));
    payload.putObject("view").put("private_metadata", "tenant-restore\n" + INCIDENT);
    return people.clickRaw(person, payload).body();
  }

  @Test
  void where_nothing_may_be_started_the_form_says_so() {
    people.slash(ALICE, GENERAL, COMMAND, "");
    assertThat(people.awaitView(ALICE, it -> it.rendered().contains("/invite"), PATIENCE))
        .isPresent();
  }

  @Test
  void where_slack_opens_no_form_the_person_gets_a_button_for_it() {
    rig.slack.faults().failNext("views.open", "expired_trigger_id");
    var usage = typed(DANA, COMMAND, "globex", "did not let me open a form");
    assertThat(usage.rendered()).contains("/tenant-restore acme to 14:30");
    people.click(DANA, usage, button(usage, "Fill in a form").actionId());
    assertThat(form(DANA).blocks().toString()).contains("medsuite/globex");
    people.closeView(DANA);
  }

  @Test
  void a_form_made_for_another_text_of_the_runbook_is_refused_in_place() {
    var payload = JsonNodeFactory.instance.objectNode().put("type", "view_submission");
    var view = payload.putObject("view").put("id", "V0OLD").put("type", "modal");
    view.put("hash", "1.a");
    view.put("callback_id", AskForm.CALLBACK);
    view.put(
        "private_metadata", "tenant-restore\n" + INCIDENT + "\n\nEurope/Madrid\n" + "0".repeat(64));
    view.putObject("state")
        .putObject("values")
        .putObject("ask.reason")
        .putObject("ask.reason")
        .put("type", "plain_text_input")
        .put("value", "x");

    assertThat(people.clickRaw(DANA, payload).body())
        .contains("\"ask.reason\":\"The runbook has changed since this form was opened");
    assertThat(plans()).isZero();
  }

  @Test
  void a_database_that_is_away_is_said_in_the_form_and_nothing_is_planned() {
    form(BOB, "globex");
    rig.database.execute("ALTER TABLE countersign.request RENAME TO away");
    try {
      assertThat(errors(BOB, at(ago(Duration.ofMinutes(20)))).toString())
          .contains("I cannot reach my database");
    } finally {
      rig.database.execute("ALTER TABLE countersign.away RENAME TO request");
    }
    assertThat(plans()).isZero();
    people.closeView(BOB);
  }

  @Test
  void a_misspelt_tenant_choice_or_parameter_is_offered_as_a_button_that_types_it() {
    for (var text :
        List.of(
            "acmee to 10 minutes ago because it is late",
            "acme to 10 minutes ago strategy=flip-the-reff because it is late",
            "acme to 10 minutes ago strateg=flip-the-ref because it is late")) {
      var answer = typed(DANA, COMMAND, text, "Did you mean");
      int before = people.ephemerals(DANA).size();
      people.click(DANA, answer, button(answer, "/tenant-restore ").actionId());
      assertThat(told(DANA, before, "Nothing has happened yet").rendered())
          .as(text)
          .contains("Restore acme to", "it is late");
    }
    assertThat(plans()).isEqualTo(3);
  }

  @Test
  void a_refusal_also_says_how_the_time_was_read() {
    assertThat(
            typed(DANA, COMMAND, "nobody to 10 minutes ago", "There is no tenant nobody")
                .rendered())
        .contains("I read \"to\" as", "Europe/Madrid = ", " UTC");
  }

  @Test
  void all_runbooks_are_listed_and_any_is_started_by_one_command() {
    var list = typed(DANA, "/runbook", "", "These runbooks are here");
    assertThat(list.rendered())
        .contains("tenant-restore", "/tenant-restore acme to 14:30")
        .contains("tenant-drop-old", "another runbook plans it");
    assertThat(list.buttons()).extracting(Button::label).containsExactly("tenant-restore…");
    typed(DANA, "/runbook", "help", "These runbooks are here");
    assertThat(typed(DANA, "/runbook", "help tenant-restore", "opens a form").rendered())
        .contains("strategy", "swap-and-keep or flip-the-ref");
    typed(DANA, "/runbook", "tenant-restore acme to 10 minutes ago", "Nothing has happened yet");
    typed(DANA, "/runbook", "tenant-drop-old acme", "cannot be asked for");

    people.slash(DANA, INCIDENT, "/runbook", "tenant-restore");
    assertThat(form(DANA).title()).isEqualTo("tenant-restore");
    people.closeView(DANA);
  }

  @Test
  void a_misspelt_runbook_is_offered_as_a_button_that_types_it() {
    var answer =
        typed(
            DANA,
            "/runbook",
            "tenant-restor initech to 10 minutes ago",
            "No runbook here is called");
    assertThat(answer.rendered()).contains("Did you mean tenant-restore?");
    int before = people.ephemerals(DANA).size();
    people.click(DANA, answer, button(answer, "/runbook tenant-restore initech").actionId());
    told(DANA, before, "Nothing has happened yet");
    assertThat(typed(DANA, "/runbook", "zzz", "No runbook here is called").buttons()).isEmpty();
  }

  @Test
  void where_tenants_cannot_be_offered_the_name_is_written() {
    var form =
        AskForm.draw(
            new AskForm.Shape(
                restore(),
                INCIDENT,
                MADRID,
                Map.of("tenant", new Said.Tenant(Optional.empty(), "acme")),
                List.of(),
                Optional.empty(),
                false,
                List.of(),
                Instant.now()));

    assertThat(form).doesNotContain("external_select").contains("\"initial_value\":\"acme\"");
  }
}
