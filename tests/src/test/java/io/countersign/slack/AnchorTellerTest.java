package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Secret;
import io.countersign.audit.Reads;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.store.JdbiAnchors;
import io.countersign.support.OurDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnchorTellerTest {
  private static final String CHANNEL = Workspace.GENERAL;

  private final OurDatabase database = OurDatabase.fresh();
  private final JdbiAnchors anchors = database.get().anchors();
  private final StandInSlack slack =
      StandInSlack.start(0, Workspace.demo(), Limits.hurried(), Clock.systemUTC());

  @AfterEach
  void close() {
    slack.close();
    database.close();
  }

  private AnchorTeller teller(String process) {
    var settings =
        new SlackSettings(
            new Secret(slack.workspace().botToken()),
            Optional.of(new Secret("not-a-secret")),
            Optional.empty(),
            slack.apiUrl(),
            Set.of());
    return new AnchorTeller(anchors, SlackApi.of(settings), CHANNEL, process);
  }

  private void anchor() {
    anchors.record(new Reads.Read("somebody", Reads.What.PLAN, Optional.empty(), "button"));
    assertThat(anchors.makeIfDue(Duration.ZERO)).isPresent();
  }

  private List<Message> told() {
    return slack.driver().messages(CHANNEL).stream()
        .filter(it -> it.text().startsWith("Audit anchor"))
        .toList();
  }

  @Test
  void two_bots_tell_the_newest_anchor_once() {
    slack.driver().inviteBot(CHANNEL);
    anchor();
    anchor();

    teller("one").look();
    teller("two").look();
    teller("one").look();

    assertThat(told())
        .singleElement()
        .satisfies(
            it ->
                assertThat(it.rendered())
                    .contains("Audit anchor 2 of ", anchors.find(2).orElseThrow().hash()));
  }

  @Test
  void a_message_whose_answer_was_lost_is_not_posted_twice() {
    slack.driver().inviteBot(CHANNEL);
    anchor();
    slack.faults().loseAnswerNext("chat.postMessage");

    var teller = teller("one");
    teller.look();
    teller.look();
    teller.look();

    assertThat(told()).hasSize(1);
  }

  @Test
  void what_slack_refused_is_told_later_and_only_the_newest() {
    slack.driver().inviteBot(CHANNEL);
    anchor();
    slack.faults().failNext("chat.postMessage", "not_in_channel");
    var teller = teller("one");
    teller.look();
    assertThat(told()).isEmpty();

    anchor();
    teller.look();
    assertThat(told()).singleElement().satisfies(it -> assertThat(it.text()).contains("anchor 2"));
  }
}
