package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.DANA;
import static io.countersign.sandbox.slack.Workspace.INCIDENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.run.RunState;
import io.countersign.sandbox.Transport;
import io.countersign.sandbox.slack.StoredFile;
import io.countersign.slack.Doors.Waiting;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What people ask for in a run's thread, and who may have what done. */
class ThreadQuestionsTest {
  private static final Doors DOORS = new Doors(Transport.HTTP);

  @AfterAll
  static void close() {
    DOORS.close();
  }

  @Test
  void a_plan_comes_as_a_file_to_whoever_asked_and_it_is_recorded() {
    var waiting = DOORS.atGate();

    var answer = DOORS.heard(CAROL, () -> awaited(CAROL, waiting, "what will it do?"));

    assertThat(answer)
        .anyMatch(it -> it.contains("The plan of run " + waiting.run() + " is in our direct"));
    var file = file("plan-" + waiting.run() + ".txt");
    assertThat(file)
        .contains("1 prepare (fake.owned)", "SELECT 1", "gate: a second PLATFORM_ADMIN");
    assertThat(reads(waiting)).isEqualTo("plan mention " + CAROL);
    assertThat(DOORS.people.replies(INCIDENT, root(waiting)))
        .noneMatch(it -> it.rendered().contains("SELECT 1"));
  }

  @Test
  void a_steps_log_says_what_is_recorded_of_it_and_that_it_was_asked_for() {
    var waiting = DOORS.atGate();

    assertThat(DOORS.mention(CAROL, waiting, "log prepare"))
        .contains("Step prepare", "attempt 1 began", "done after");
    assertThat(reads(waiting)).isEqualTo("log mention " + CAROL);
    assertThat(DOORS.mention(CAROL, waiting, "log prepar"))
        .contains("There is no step prepar in this run. Did you mean prepare?");
    assertThat(reads(waiting)).as("only what was told").isEqualTo("log mention " + CAROL);
  }

  @Test
  void what_is_not_understood_does_nothing_and_says_so() {
    var waiting = DOORS.atGate();
    assertThat(DOORS.mention(ALICE, waiting, "should we cancel?"))
        .contains("I did not understand that, and did nothing", "skip STEP");
    assertThat(DOORS.state(waiting)).isInstanceOf(RunState.AtGate.class);
  }

  @Test
  void only_who_may_start_such_a_run_skips_and_only_what_may_be_skipped() {
    var waiting = DOORS.begun();

    assertThat(DOORS.mention(CAROL, waiting, "skip tell")).contains("Only a PLATFORM_ADMIN");
    assertThat(DOORS.mention(DANA, waiting, "skip swap")).contains("cannot be skipped");
    assertThat(DOORS.bench.kinds(waiting.run())).doesNotContain("SkipRequested");

    assertThat(DOORS.mention(DANA, waiting, "skip the tell step"))
        .contains("Step tell of run " + waiting.run() + " is left out");
    assertThat(DOORS.mention(DANA, waiting, "skip tell")).contains("left out already");

    DOORS.advance(waiting);
    assertThat(DOORS.mention(ALICE, waiting, "skip tell")).contains("left out already");
    assertThat(DOORS.vote(Doors.Door.BUTTON, DANA, DOORS.gate(waiting)))
        .as("who skipped does not countersign")
        .contains("You skipped");
    assertThat(DOORS.vote(Doors.Door.BUTTON, BOB, DOORS.gate(waiting)))
        .contains("Your approval counts");
    DOORS.advance(waiting);
    assertThat(DOORS.bench.kinds(waiting.run())).contains("StepPassedOver").endsWith("Finished");
    assertThat(DOORS.bench.actions.effects(waiting.run(), "tell")).isZero();
    DOORS.rig.poke();
    assertThat(
            DOORS.people.awaitMessage(
                INCIDENT, it -> it.rendered().contains("asked to skip"), Doors.PATIENCE))
        .isPresent();
  }

  @Test
  void nothing_is_skipped_while_people_decide() {
    var waiting = DOORS.atGate();
    assertThat(DOORS.mention(DANA, waiting, "skip tell")).contains("while people decide");
    assertThat(DOORS.bench.kinds(waiting.run())).doesNotContain("SkipRequested");
  }

  @Test
  void a_mention_that_comes_as_two_events_is_answered_once() {
    var waiting = DOORS.atGate();
    assertThat(DOORS.mention(BOB, waiting, "looks good")).contains("it has to be the button");
    assertThat(DOORS.mention(BOB, waiting, "status")).contains("waits for a second person");
  }

  private static void awaited(String person, Waiting waiting, String words) {
    DOORS.awaitRoot(waiting);
    DOORS.say(person, waiting, words);
  }

  private static String root(Waiting waiting) {
    return DOORS.rig.database.get().posts().root(waiting.run()).orElseThrow().ts();
  }

  private static String file(String name) {
    return DOORS.people.files().stream()
        .filter(it -> it.name().equals(name))
        .filter(StoredFile::shared)
        .map(StoredFile::content)
        .findFirst()
        .orElseThrow();
  }

  private static String reads(Waiting waiting) {
    return DOORS.rig.database.one(
        """
        SELECT string_agg(what || ' ' || door || ' ' || split_part(who, '/', 2), ', ')
        FROM countersign.audit_read WHERE run = '%s'
        """
            .formatted(waiting.run()));
  }
}
