package io.countersign.slack;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.RunId;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.support.OurDatabase;
import io.countersign.thread.Posts;
import io.countersign.thread.Posts.Kind;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds what stands in Slack against what should: all of it, each once, in order, up to date. */
final class WholeThreads {
  private final OurDatabase database;
  private final SlackDriver people;
  private final Renderer renderer;

  WholeThreads(OurDatabase database, SlackDriver people, Renderer renderer) {
    this.database = database;
    this.people = people;
    this.renderer = renderer;
  }

  /** How many messages are behind. */
  static long behind(OurDatabase database) {
    return Long.parseLong(
        database.one("SELECT count(*) FROM countersign.post WHERE shown_seq < wanted_seq"));
  }

  /**
   * Looks at every run.
   *
   * @return how many messages stand
   */
  int require() {
    assertThat(behind(database)).as("messages that are behind").isZero();
    int messages = 0;
    for (var run : rows().entrySet()) {
      messages += require(run.getKey(), run.getValue());
    }
    return messages;
  }

  private int require(RunId run, List<Posts.Post> rows) {
    var root = rows.stream().filter(it -> it.kind() == Kind.ROOT).findFirst().orElseThrow();
    var thread = people.replies(root.channel(), root.ts().orElseThrow());
    var standing = new HashMap<String, Message>();
    for (var message : thread) {
      if (message.metadata() != null && message.files().isEmpty()) {
        var payload = message.metadata().path("event_payload");
        assertThat(payload.path("run").asText()).isEqualTo(run.value());
        var twice = standing.put(payload.path("key").asText(), message);
        assertThat(twice).as("%s of run %s stands twice", payload, run).isNull();
      }
    }
    var wanted = rows.stream().filter(WholeThreads::isInThread).toList();
    assertThat(standing.keySet())
        .as("messages of run %s", run)
        .containsExactlyInAnyOrderElementsOf(wanted.stream().map(Posts.Post::key).toList());
    wanted.forEach(it -> assertThat(stamp(standing, it)).isEqualTo(it.ts().orElseThrow()));
    inOrder(run, wanted);
    var shown = Optional.ofNullable(standing.get("root")).orElseThrow();
    assertThat(shown.text()).isEqualTo(renderer.render(root).orElseThrow().content().text());
    oneRoot(run, root.channel());
    return standing.size();
  }

  private static String stamp(Map<String, Message> standing, Posts.Post row) {
    return Optional.ofNullable(standing.get(row.key())).orElseThrow().ts();
  }

  private void oneRoot(RunId run, String channel) {
    assertThat(
            people.messages(channel).stream()
                .filter(it -> it.threadTs() == null)
                .filter(it -> String.valueOf(it.metadata()).contains(run.value())))
        .as("first messages of run %s", run)
        .hasSize(1);
  }

  private static void inOrder(RunId run, List<Posts.Post> rows) {
    var lines =
        rows.stream()
            .filter(it -> it.kind() == Kind.LINE || it.kind() == Kind.BROADCAST)
            .sorted(Comparator.comparingLong(Posts.Post::seq))
            .map(it -> new BigDecimal(it.ts().orElseThrow()))
            .toList();
    assertThat(lines).as("lines of run %s", run).isSorted();
  }

  /** What stands in the thread; nothing does where there was nothing to say. */
  private static boolean isInThread(Posts.Post post) {
    return post.kind() != Kind.DIRECT
        && post.kind() != Kind.FILE
        && !post.ts().equals(Optional.of(Sender.UNSAID));
  }

  private Map<RunId, List<Posts.Post>> rows() {
    var rows = new HashMap<RunId, List<Posts.Post>>();
    try (var connection = database.sql();
        var statement = connection.createStatement();
        var found =
            statement.executeQuery(
                "SELECT run, channel, key, kind, seq, wanted_seq, ts FROM countersign.post")) {
      while (found.next()) {
        var post =
            new Posts.Post(
                new RunId(found.getString(1)),
                found.getString(2),
                found.getString(3),
                Kind.valueOf(found.getString(4)),
                found.getLong(5),
                found.getLong(6),
                Optional.ofNullable(found.getString(7)),
                Optional.empty(),
                0);
        rows.computeIfAbsent(post.run(), _ -> new ArrayList<>()).add(post);
      }
    } catch (SQLException broken) {
      throw new IllegalStateException(broken);
    }
    return rows;
  }
}
