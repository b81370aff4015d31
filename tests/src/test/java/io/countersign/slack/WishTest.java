package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people write after the bot's name. */
class WishTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          status | Status[]
          Status? | Status[]
          how is it going? | Status[]
          How’s it going | Status[]
          where are we | Status[]
          what's happening? | Status[]
          why | Why[]
          why is it stuck? | Why[]
          who has to approve this? | Why[]
          what are we waiting for | Why[]
          eta | Eta[]
          how long? | Eta[]
          how much longer will it take | Eta[]
          when will it be done? | Eta[]
          plan | Plan[]
          show me the statements | Plan[]
          what will it do | Plan[]
          what comes next? | Plan[]
          log copy | Log[step=copy]
          show me the log of step copy | Log[step=copy]
          logs for copy please | Unclear[]
          what did copy say? | Log[step=copy]
          log | Log[step=]
          export | Export[]
          cancel | Cancel[reason=]
          please cancel it. | Cancel[reason=]
          Stop | Cancel[reason=]
          cancel Wrong minute, take 14:28 | Cancel[reason=Wrong minute, take 14:28]
          retry | Retry[]
          try it again | Retry[]
          skip audit | Skip[step=audit]
          skip the step audit | Skip[step=audit]
          skip the audit step | Skip[step=audit]
          skip | Skip[step=]
          leave mended by hand | Leave[reason=mended by hand]
          caches | Caches[]
          please tell the caches again. | Caches[]
          invalidate the caches | Caches[]
          should we tell the caches? | Unclear[]
          help | Help[]
          ?? | Help[]
          """)
  void this_is_what_is_wanted(String said, String wanted) {
    assertThat(Wish.of(said)).hasToString(wanted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "don't cancel",
        "should we cancel?",
        "do not stop",
        "stop asking me",
        "abort the next one instead",
        "can you retry it",
        "why don't you skip audit and retry",
        "leave out audit",
        "skip audit and tell",
        "never try again",
        ""
      })
  void what_only_speaks_of_an_act_is_not_done(String said) {
    assertThat(Wish.of(said))
        .isNotInstanceOfAny(Wish.Cancel.class, Wish.Retry.class, Wish.Skip.class, Wish.Leave.class);
  }

  @Test
  void an_error_that_is_known_is_explained_also_where_it_follows_a_question() {
    var error = "FATAL: database \"tenant_acme\" is not currently accepting connections";
    assertThat(Wish.of("why " + error))
        .isInstanceOfSatisfying(
            Wish.Symptom.class, it -> assertThat(it.known().fix()).contains("has to be restarted"));
    assertThat(Wish.of("cancel " + error)).isInstanceOf(Wish.Cancel.class);
  }
}
