package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import com.slack.api.bolt.util.SlackRequestParser;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class SlackLoggingTest {
  @Test
  void a_body_that_bolt_does_not_know_is_not_printed() {
    var held = new SlackLogging().pin();

    assertThat(Logger.getLogger(SlackRequestParser.class.getName()).isLoggable(Level.WARNING))
        .isFalse();
    assertThat(held).isNotNull();
  }
}
