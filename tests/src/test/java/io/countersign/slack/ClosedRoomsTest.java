package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.run.RunState;
import io.countersign.sandbox.slack.Faults;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.SlackDriver;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A channel is lost in the middle of a run, or the token: the run goes on, and people are told. */
class ClosedRoomsTest {
  private static final String POST = "chat.postMessage";
  private final SenderRig rig = new SenderRig(Limits.hurried().withoutEcho(), 2);
  private final SenderRig.Bot bot = rig.bot("one");

  /** What befalls a channel, and what people read. */
  enum Loss {
    REMOVED(1, "I am not in it any more"),
    REMOVED_FROM_A_PRIVATE_ONE(2, "I am not in it any more"),
    ARCHIVED(1, "it is archived"),
    SHARED(1, "it is shared with another company");

    private final String channel;
    private final String words;

    Loss(int channel, String words) {
      this.channel = SenderRig.channel(channel);
      this.words = words;
    }

    private void befalls(SlackDriver people) {
      switch (this) {
        case REMOVED, REMOVED_FROM_A_PRIVATE_ONE -> people.kickBot(channel);
        case ARCHIVED -> people.archive(channel);
        case SHARED -> people.shareWithAnotherCompany(channel);
      }
    }

    private void isMended(SlackDriver people) {
      switch (this) {
        case REMOVED, REMOVED_FROM_A_PRIVATE_ONE -> people.inviteBot(channel);
        case ARCHIVED, SHARED -> people.restore(channel);
      }
    }
  }

  @AfterEach
  void stop() {
    rig.close();
  }

  private void passes(int count, Duration apart) {
    for (int pass = 0; pass < count; pass++) {
      bot.pass();
      rig.later(apart);
    }
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void a_run_whose_channel_is_lost_goes_on_and_its_thread_is_made_good_later(Loss loss) {
    var run = rig.asked(loss.channel);
    passes(3, Duration.ofSeconds(2));
    loss.befalls(rig.people);
    rig.later(ClosedRooms.GOOD_FOR);
    int standing = rig.people.messages(loss.channel).size();
    rig.bench.advance(run);
    rig.call(run);
    long posts = rig.calls(POST);

    passes(12, Duration.ofSeconds(5));

    assertThat(rig.people.messages(loss.channel)).hasSize(standing);
    assertThat(rig.calls(POST) - posts)
        .as("the two direct messages, and at most one try")
        .isBetween(2L, 3L);
    var alices = rig.people.directMessages(ALICE);
    assertThat(alices).as("Alice is told once").hasSize(1);
    assertThat(alices.getFirst().rendered())
        .contains("I cannot write into", loss.words, run.value(), "goes on all the same");
    assertThat(alices.getFirst().hasButton(Drawing.CANCEL)).isTrue();
    var bobs = rig.people.directMessages(BOB);
    assertThat(bobs).as("Bob is called although no card can stand").hasSize(1);
    assertThat(bobs.getFirst().rendered()).contains("asks you to", "in my Home", loss.words);

    rig.approve(run);
    assertThat(rig.bench.state(run)).isInstanceOf(RunState.Ended.class);
    loss.isMended(rig.people);
    passes(20, Duration.ofSeconds(5));
    assertThat(new WholeThreads(rig.database, rig.people, rig.renderer()).require()).isPositive();
  }

  @Test
  void a_run_whose_first_message_cannot_be_posted_has_not_begun_and_begins_after_the_invitation() {
    rig.people.kickBot(SenderRig.channel(1));
    var run = rig.asked(SenderRig.channel(1));
    passes(3, Duration.ofSeconds(5));
    assertThat(rig.bench.state(run)).isInstanceOf(RunState.Asked.class);
    assertThat(rig.people.directMessages(ALICE).getFirst().rendered())
        .contains("has not begun", "/invite @countersign");
    rig.people.inviteBot(SenderRig.channel(1));
    passes(5, Duration.ofSeconds(5));
    assertThat(rig.bench.state(run)).isInstanceOf(RunState.Ready.class);
  }

  @Test
  void a_refused_token_is_asked_about_now_and_then_and_all_comes_once_it_is_good_again() {
    var run = rig.asked(SenderRig.channel(1));
    rig.slack.faults().refuse(Faults.Token.BOT, "token_revoked");

    passes(120, Duration.ofSeconds(1));

    assertThat(bot.reach().state()).isInstanceOf(Reach.State.Refused.class);
    assertThat(rig.slack.calls()).as("calls in two minutes").hasSizeBetween(3, 6);
    rig.slack.faults().accept(Faults.Token.BOT);
    passes(40, Duration.ofSeconds(1));
    assertThat(bot.reach().state()).isInstanceOf(Reach.State.Fine.class);
    assertThat(rig.bench.kinds(run)).contains("Begun");
  }
}
