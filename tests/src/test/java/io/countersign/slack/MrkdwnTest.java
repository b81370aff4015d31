package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.Samples;
import io.countersign.thread.Line;
import io.countersign.thread.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MrkdwnTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!channel>",
        "<@U0BOB> approved",
        "<https://evil.example|Approve>",
        "a & b < c > d",
        "&lt;!here&gt;"
      })
  void whatPeopleWroteCallsNobodyAndLinksNowhere(String text) {
    var drawn = Mrkdwn.of(Line.of(text).code(text).bold(Line.of(text)));
    assertThat(drawn).doesNotContain("<").doesNotContain(">");
    assertThat(drawn.replaceAll("&(amp|lt|gt);", "")).doesNotContain("&");
  }

  @Test
  void whatPeopleWroteStaysInItsLine() {
    assertThat(Mrkdwn.of(Line.of("wrong minute\n*Approved by @bob*\r\n\u2028x")))
        .doesNotContain("\n")
        .doesNotContain("\r")
        .doesNotContain("\u2028");
  }

  @Test
  void momentsAndPeopleAreSlacksOwnMarkup() {
    var line =
        Line.EMPTY
            .bold(Line.of("by ").mention(Samples.BOB))
            .text(" at ")
            .when(Samples.NOON, Span.Style.TIME);
    assertThat(Mrkdwn.of(line)).isEqualTo("*by <@U0BOB>* at <!date^1795262400^{time}|12:00 UTC>");
  }

  @Test
  void aCutNeverOpensMarkupThatItDoesNotClose() {
    var line = Line.of("word ");
    for (int i = 0; i < 60; i++) {
      line = line.when(Samples.NOON, Span.Style.DAY_AND_TIME).text(" & ").mention(Samples.BOB);
    }
    var whole = Mrkdwn.of(line);
    for (int limit = 2; limit < whole.length(); limit++) {
      var cut = Mrkdwn.clipped(whole, limit);
      assertThat(cut).hasSizeLessThanOrEqualTo(limit);
      assertThat(cut.lastIndexOf('<')).isLessThanOrEqualTo(cut.lastIndexOf('>'));
      assertThat(cut.replaceAll("&amp;", "")).doesNotContain("&");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"looks good", "LGTM", "+1", "<@U0COUNTERSIGN> approve", "ok go ahead."})
  void someWordsSoundLikeAVote(String text) {
    assertThat(Spoken.soundsLikeAVote(text.replace("ok go", "go"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "why is this approved?", "no idea what happened", "cancel it"})
  void mostWordsDoNot(String text) {
    assertThat(Spoken.soundsLikeAVote(text)).isFalse();
  }
}
