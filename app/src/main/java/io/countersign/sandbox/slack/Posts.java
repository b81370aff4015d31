package io.countersign.sandbox.slack;

import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** All messages, and everything that ever stood on somebody's screen. */
final class Posts {

  private final Guard guard;
  private final Stamps stamps;
  private final Map<String, Post> posts = new LinkedHashMap<>();
  private final List<String> shown = new ArrayList<>();

  Posts(Guard guard, Clock clock) {
    this.guard = guard;
    this.stamps = new Stamps(clock);
  }

  Post add(java.util.function.Function<String, Post> withStamp) {
    return guard.change(
        () -> {
          Post post = withStamp.apply(stamps.next());
          posts.put(key(post.channel(), post.ts()), post);
          shown.add(post.text() + "\n" + post.blocks());
          return post;
        });
  }

  String stamp() {
    return guard.read(stamps::next);
  }

  Optional<Post> find(String channel, String ts) {
    return guard.read(() -> Optional.ofNullable(posts.get(key(channel, ts))));
  }

  Post replace(Post old, UnaryOperator<Post> edit) {
    return guard.change(
        () -> {
          Post post = edit.apply(posts.getOrDefault(key(old.channel(), old.ts()), old));
          posts.put(key(post.channel(), post.ts()), post);
          shown.add(post.text() + "\n" + post.blocks());
          return post;
        });
  }

  void remove(Post post) {
    guard.changed(() -> posts.remove(key(post.channel(), post.ts())));
  }

  /** Oldest first, ephemerals and replies included. */
  List<Post> all() {
    return guard.read(() -> List.copyOf(posts.values()));
  }

  /** Oldest first; the parent comes with its replies; no ephemerals. */
  List<Post> thread(String channel, String ts) {
    return all().stream()
        .filter(post -> post.channel().equals(channel) && !post.isEphemeral())
        .filter(post -> post.ts().equals(ts) || ts.equals(post.threadTs()))
        .toList();
  }

  /** Oldest first, as the channel itself shows them; no ephemerals. */
  List<Post> timeline(String channel) {
    return all().stream()
        .filter(post -> post.channel().equals(channel) && !post.isEphemeral())
        .filter(post -> !post.isReply() || post.broadcast())
        .toList();
  }

  void alsoShown(String text) {
    guard.changed(() -> shown.add(text));
  }

  List<String> everythingShown() {
    return guard.read(() -> List.copyOf(shown));
  }

  private static String key(String channel, String ts) {
    return channel + "/" + ts;
  }
}
