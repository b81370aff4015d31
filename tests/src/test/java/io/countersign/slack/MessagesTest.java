package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.gate.Ruling.Refusal;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.support.Golden;
import io.countersign.support.Rewritten;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every message that the bot can post, word for word, in one file to be read aloud. */
class MessagesTest {
  private static final String NAME =
      "<!channel> <@U0BOB> *Approved* _by_ ~nobody~ `code` & <https://evil.example|x> \u202egnp";
  private static final String HOSTILE = NAME + "\n> *Approved by @bob*\r\n\u2066";

  /** Between backticks signs are signs; there are no backticks among them. */
  private static final Pattern CODE = Pattern.compile("(?s)```\n.*?\n```|`[^`\n]*`");

  /** Every text that people and servers supply, with all that Slack would read as markup. */
  private static final UnaryOperator<String> INJECTED =
      Rewritten.replacing(
          Map.ofEntries(
              Map.entry("tenant_acme_pre_pitr_20261121125200_a1", NAME),
              Map.entry("tenant_acme_restore_a1", NAME),
              Map.entry("tenant_acme", NAME),
              Map.entry("acme", NAME),
              Map.entry("pg-us-east-1", HOSTILE),
              Map.entry("a bad migration", HOSTILE),
              Map.entry("wrong minute, take 11:28", HOSTILE),
              Map.entry("wrong tenant", HOSTILE),
              Map.entry("mended by hand", HOSTILE),
              Map.entry("The registry did not answer.", HOSTILE),
              Map.entry("Look whether it is up, then try again.", HOSTILE),
              Map.entry("12 checks passed.", HOSTILE),
              Map.entry("3 rows were written", HOSTILE),
              Map.entry("members.claim", HOSTILE),
              Map.entry("rcm-core 41, reporting 2", HOSTILE),
              Map.entry("Slack answered: rate limited", HOSTILE),
              Map.entry(MessageCases.CHECK, HOSTILE)));

  @Test
  void every_message_reads_as_it_did() {
    var sheet = new MessageSheet();
    var drawn = all(sheet, UnaryOperator.identity());
    DeskMessages.all(sheet);
    LongestMessages.all(sheet);

    Golden.check("messages.txt", sheet.text());
    assertThat(sheet.problems()).isEmpty();
    assertThat(drawn)
        .as("states, events and refusals of which nothing is drawn")
        .containsAll(List.of(RunState.class.getPermittedSubclasses()))
        .containsAll(List.of(Refusal.class.getPermittedSubclasses()))
        .containsAll(told());
  }

  /** What happens in silence: what it says stands in the run's message. */
  private static Set<Class<?>> told() {
    var silent =
        Set.of(
            RunEvent.Requested.class,
            RunEvent.Begun.class,
            RunEvent.GateOpened.class,
            RunEvent.StepPassedOver.class,
            RunEvent.StepStarted.class);
    var told = new HashSet<Class<?>>();
    Stream.of(RunEvent.Command.class, RunEvent.Work.class)
        .flatMap(it -> Arrays.stream(it.getPermittedSubclasses()))
        .filter(it -> !silent.contains(it))
        .forEach(told::add);
    return told;
  }

  private static Set<Class<?>> all(MessageSheet sheet, UnaryOperator<String> texts) {
    var drawn = new HashSet<Class<?>>();
    drawn.addAll(RunMessages.all(sheet, texts));
    drawn.addAll(CardMessages.all(sheet, texts));
    drawn.addAll(ThreadMessages.all(sheet, texts));
    QuestionMessages.all(sheet, texts);
    HomeMessages.all(sheet, texts);
    FlipMessages.all(sheet, texts);
    BackupMessages.all(sheet, texts);
    SnapshotMessages.all(sheet, texts);
    FormMessages.all(sheet, texts);
    ClosedMessages.all(sheet, texts);
    return drawn;
  }

  @Test
  void however_long_what_is_supplied_slack_takes_it_and_its_text_stands_alone() {
    var sheet = new MessageSheet();
    all(sheet, LongestMessages.TEXTS);
    assertThat(sheet.problems()).isEmpty();
  }

  @Test
  void whatever_is_supplied_calls_nobody_and_is_no_markup() {
    var sheet = new MessageSheet();
    all(sheet, INJECTED);
    assertThat(sheet.problems()).isEmpty();
    assertThat(sheet.mrkdwn()).anyMatch(it -> it.contains("&lt;!channel&gt;"));
    assertThat(sheet.mrkdwn().stream().filter(MessagesTest::isRead)).isEmpty();
  }

  /** Whether Slack would read something of it as markup, or call somebody. */
  private static boolean isRead(String drawn) {
    var words = CODE.matcher(drawn).replaceAll("");
    return Stream.of("<!channel", "<https://evil", "\u202e", "\u2066", "\r", "\n> ", "\n&gt;")
            .anyMatch(drawn::contains)
        || Stream.of("*Approved*", "*Approved by @", "_by_", "~nobody", "`")
            .anyMatch(words::contains)
        || drawn.replaceAll("&(amp|lt|gt);", "").contains("&");
  }
}
