package io.countersign.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One process at a time sends to a channel. */
class ChannelLeaseTest {
  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final String CHANNEL = "C0INCIDENT";

  @Test
  void a_sender_keeps_its_channel_until_another_has_taken_it_and_then_sends_nothing_more() {
    try (var database = OurDatabase.fresh()) {
      new Bench(database).begun();
      var posts = database.get().posts();
      assertThat(posts.keep("one", CHANNEL, LEASE)).as("it never had it").isFalse();

      assertThat(posts.due("one", LEASE, 20)).isNotEmpty();
      assertThat(posts.due("two", LEASE, 20)).isEmpty();
      assertThat(posts.keep("one", CHANNEL, Duration.ofMillis(-1))).isTrue();

      // the lease has run out, but nobody has taken the channel: it may go on
      assertThat(posts.keep("one", CHANNEL, Duration.ofMillis(-1))).isTrue();
      assertThat(posts.due("two", LEASE, 20)).isNotEmpty();
      assertThat(posts.keep("one", CHANNEL, LEASE)).isFalse();
      assertThat(posts.due("one", LEASE, 20)).isEmpty();
    }
  }
}
