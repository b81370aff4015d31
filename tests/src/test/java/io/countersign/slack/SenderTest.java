package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the sender does with trouble, pass by pass. */
class SenderTest {
  private static final String ONE = SenderRig.channel(1);
  private static final String TWO = SenderRig.channel(2);
  private static final String POST = "chat.postMessage";
  private static final String EDIT = "chat.update";
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Limits EDITS_LIMITED =
      Limits.hurried().withRates(Map.of(EDIT, new Limits.Rate(50, MINUTE, false))).withoutEcho();

  private final SenderRig rig = new SenderRig(EDITS_LIMITED, 3);
  private final SenderRig.Bot bot = rig.bot("one");

  @AfterEach
  void stop() {
    rig.close();
  }

  private void settle() {
    for (int passes = 0; passes < 200 && WholeThreads.behind(rig.database) > 0; passes++) {
      bot.pass();
      rig.later(Duration.ofSeconds(2));
    }
    whole();
  }

  private void whole() {
    assertThat(new WholeThreads(rig.database, rig.people, rig.renderer()).require()).isPositive();
  }

  private List<String> texts(RunId run) {
    var root = rig.database.get().posts().root(run).orElseThrow();
    return rig.people.replies(root.channel(), root.ts()).stream()
        .filter(it -> it.files().isEmpty())
        .map(Message::text)
        .toList();
  }

  @Test
  void a_line_that_fails_holds_up_those_after_it_and_they_stand_in_order() {
    var run = rig.atGate(bot, ONE);
    settle();
    var before = texts(run).size();
    rig.approve(run);
    rig.slack.faults().serverError(POST);

    bot.pass();

    assertThat(texts(run)).as("no later line overtook the first").hasSize(before);
    settle();
    assertThat(texts(run)).hasSizeGreaterThan(before + 2);
  }

  @Test
  void a_process_that_ends_leaves_its_channels_to_the_others_at_once() {
    var run = rig.atGate(bot, ONE);
    var other = rig.bot("two");
    rig.approve(run);
    var before = rig.calls(POST);
    other.pass();
    assertThat(rig.calls(POST)).as("the first has the channel").isEqualTo(before);

    bot.sender().close();

    other.pass();
    assertThat(rig.calls(POST)).isGreaterThan(before);
    rig.later(Duration.ofSeconds(2));
    other.pass();
    whole();
  }

  @Test
  void a_card_overtakes_all_lines() {
    var first = rig.atGate(bot, ONE);
    var second = rig.asked(ONE);
    bot.pass();
    rig.approve(first);
    rig.bench.advance(second);
    var calls = rig.slack.calls().size();

    bot.pass();

    var next =
        rig.slack.calls().subList(calls, rig.slack.calls().size()).stream()
            .filter(it -> it.method().equals(POST))
            .findFirst()
            .orElseThrow();
    assertThat(next.arguments().get("metadata")).contains("card/").contains(second.value());
    settle();
  }

  @Test
  void edits_of_one_message_fall_together_and_the_last_state_arrives() {
    var run = rig.asked(ONE);
    bot.pass();
    rig.later(Duration.ofSeconds(2));
    rig.bench.advance(run);
    bot.pass();
    assertThat(rig.calls(EDIT)).isEqualTo(1);
    rig.approve(run);
    bot.pass();
    assertThat(statusOf(run)).as("too soon after the last edit").doesNotContain("is back");

    rig.later(Duration.ofSeconds(2));
    bot.pass();

    assertThat(statusOf(run)).contains("is back");
    assertThat(rig.people.messages(ONE).getFirst().edits())
        .as("ten events, two edits")
        .isEqualTo(2);
    settle();
  }

  @Test
  void a_process_whose_channel_was_taken_over_in_the_middle_of_a_pass_edits_nothing() {
    var run = rig.asked(ONE);
    bot.pass();
    rig.later(Duration.ofSeconds(2));
    rig.bench.advance(run);
    // as if it stood still once it had looked what is due
    rig.database.execute(
        """
        CREATE FUNCTION countersign.taken_over() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          UPDATE countersign.channel_lease SET sender = 'two' WHERE sender = 'one';
          RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER taken_over AFTER INSERT OR UPDATE ON countersign.channel_lease
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION countersign.taken_over()
        """);

    bot.pass();
    assertThat(rig.calls(EDIT)).as("it is another's channel").isZero();

    rig.database.execute("DROP TRIGGER taken_over ON countersign.channel_lease");
    rig.leasesEnd();
    settle();
    assertThat(rig.calls(EDIT)).isPositive();
  }

  private String statusOf(RunId run) {
    return texts(run).getFirst();
  }

  @Test
  @Tag("chaos")
  void two_bots_together_keep_to_the_edits_of_a_workspace_and_every_last_state_arrives() {
    var runs = new ArrayList<RunId>();
    IntStream.range(0, 26).forEach(_ -> runs.add(rig.asked(ONE)));
    bot.pass();
    var other = rig.bot("two");
    IntStream.range(0, 26).forEach(_ -> runs.add(rig.asked(TWO)));
    other.pass();
    runs.forEach(rig.bench::advance);
    runs.forEach(rig::approve);

    for (int seconds = 0; seconds < 60; seconds += 5) {
      bot.pass();
      other.pass();
      rig.later(Duration.ofSeconds(5));
    }
    assertThat(rig.calls(EDIT)).as("in one minute").isBetween(40L, 45L);
    assertThat(rig.statuses(EDIT)).doesNotContain(429);
    for (int minute = 0; minute < 4; minute++) {
      bot.pass();
      other.pass();
      rig.later(MINUTE);
    }
    assertThat(rig.statuses(EDIT)).doesNotContain(429);
    settle();
  }

  @Test
  void what_slack_asks_to_wait_is_waited_in_that_channel_alone() {
    var one = rig.asked(ONE);
    rig.slack.faults().rateLimitNext(POST, Duration.ofSeconds(30));
    bot.pass();
    assertThat(rig.trouble(one, "root")).isEqualTo("rate limited");
    var two = rig.asked(TWO);
    rig.asked(ONE);
    for (int seconds = 0; seconds < 28; seconds += 4) {
      bot.pass();
      rig.later(Duration.ofSeconds(4));
    }
    assertThat(rig.people.messages(ONE)).isEmpty();
    assertThat(rig.people.messages(TWO)).hasSize(1);
    assertThat(rig.calls(POST)).as("refused, and the other channel's").isEqualTo(2);
    assertThat(rig.calls("conversations.history")).as("a refusal needs no look-up").isZero();
    rig.later(Duration.ofSeconds(3));
    bot.pass();
    assertThat(rig.people.messages(ONE)).hasSize(2);
    assertThat(rig.bench.kinds(two)).contains("Begun");
  }

  @Test
  void after_an_hour_without_slack_the_card_stands_first_and_next_to_nothing_is_in_doubt() {
    var waiting = rig.atGate(bot, ONE);
    var going = rig.asked(TWO);
    settle();
    rig.slack.faults().down(true);
    rig.approve(waiting);
    rig.bench.advance(going);
    for (int minute = 0; minute < 60; minute++) {
      bot.pass();
      rig.later(MINUTE);
    }
    assertThat(
            rig.database.one(
                "SELECT count(*) FROM countersign.post WHERE tries > 0 AND ts IS NULL"))
        .as("messages of which nobody knows")
        .isIn("0", "1");
    assertThat(rig.bench.kinds(waiting)).as("the run went on").contains("Finished");
    var lookups = rig.calls("conversations.replies");
    var calls = rig.slack.calls().size();
    rig.slack.faults().down(false);

    bot.pass();

    var first =
        rig.slack.calls().subList(calls, rig.slack.calls().size()).stream()
            .filter(it -> it.method().equals(POST))
            .findFirst()
            .orElseThrow();
    assertThat(first.arguments().get("metadata")).contains("card/").contains(going.value());
    settle();
    assertThat(rig.calls("conversations.replies") - lookups).isLessThanOrEqualTo(1);
  }

  @Test
  void every_kind_of_message_whose_answer_was_lost_is_found_and_not_sent_again() {
    var run = rig.asked(ONE);
    rig.slack.faults().loseAnswerNext(POST);
    bot.pass();
    settle();
    rig.bench.advance(run);
    rig.call(run);
    for (int message = 0; message < 8; message++) {
      rig.slack.faults().loseAnswerNext(POST);
    }
    settle();
    assertThat(rig.people.directMessages(BOB)).hasSize(1);
    rig.approve(run);
    rig.slack.faults().loseAnswerNext(EDIT);
    rig.slack.faults().failNext(POST, "fatal_error");
    rig.slack.faults().silenceNext("conversations.replies", Duration.ofMillis(10));
    settle();
  }

  @Test
  void a_lost_answer_is_found_behind_more_replies_than_slack_shows_at_once() {
    var run = rig.atGate(bot, ONE);
    settle();
    var root = rig.database.get().posts().root(run).orElseThrow().ts();
    for (int said = 0; said < 450; said++) {
      rig.people.say(CAROL, ONE, root, "anything");
    }
    rig.approve(run);
    rig.slack.faults().loseAnswerNext(POST);
    settle();
  }

  @Test
  void another_bot_finds_what_a_dead_one_had_posted() {
    var run = rig.atGate(bot, ONE);
    rig.slack.faults().loseAnswerNext(POST);
    bot.pass();
    rig.leasesEnd();
    rig.later(Duration.ofSeconds(5));

    rig.bot("two").pass();

    rig.later(Duration.ofSeconds(5));
    rig.leasesEnd();
    settle();
    assertThat(texts(run)).isNotEmpty();
  }

  @Test
  void two_bots_at_once_send_everything_once() {
    var runs = new ArrayList<RunId>();
    IntStream.range(0, 8).forEach(it -> runs.add(rig.asked(SenderRig.channel(1 + it % 3))));
    var two = rig.bot("two");
    for (int round = 0; round < 12; round++) {
      runs.stream()
          .filter(it -> rig.bench.kinds(it).contains("Begun"))
          .filter(it -> !rig.bench.kinds(it).contains("GateOpened"))
          .forEach(rig.bench::advance);
      var passes =
          List.of(CompletableFuture.runAsync(bot::pass), CompletableFuture.runAsync(two::pass));
      passes.forEach(CompletableFuture::join);
      rig.leasesEnd();
      rig.later(Duration.ofSeconds(2));
    }
    runs.forEach(rig::approve);
    settle();
  }
}
