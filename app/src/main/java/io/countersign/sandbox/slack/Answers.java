package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the bot says outside the Web API: the ack of a command, and posts to a response_url. */
final class Answers {

  static final String SLACKBOT = "USLACKBOT";

  private final World world;
  private final Events events;

  Answers(World world, Events events) {
    this.world = world;
    this.events = events;
  }

  String responseUrl(String id) {
    return world.base().resolve("/actions/" + world.workspace().teamId() + "/" + id).toString();
  }

  /** Shows the ack of a command; empty when the bot said nothing. */
  Optional<Post> acknowledged(ResponseUrls.Place place, String body) {
    if (body.isBlank()) {
      return Optional.empty();
    }
    ObjectNode said = Json.parseObject(body).orElseGet(() -> Json.object().put("text", body));
    if (Json.text(said, "text").isEmpty() && said.path("blocks").isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(post(place, said));
    } catch (Refused unreadable) {
      return Optional.of(
          fromSlack(place, "The command's answer cannot be shown: " + unreadable.error()));
    }
  }

  /** What Slack itself tells a person, such as that a command failed. */
  Post fromSlack(ResponseUrls.Place place, String text) {
    return world
        .posts()
        .add(
            ts ->
                new Post(
                    place.channel(),
                    ts,
                    place.threadTs(),
                    SLACKBOT,
                    text,
                    Json.array(),
                    null,
                    false,
                    place.person(),
                    List.of(),
                    0,
                    null));
  }

  /** One use of a response_url. */
  void answered(ResponseUrls.Place place, String id, ObjectNode said) {
    Optional<Post> original =
        Optional.ofNullable(place.originalTs())
            .flatMap(ts -> world.posts().find(place.channel(), ts));
    if (said.path("delete_original").asBoolean(false)) {
      original.ifPresent(world.posts()::remove);
    } else if (said.path("replace_original").asBoolean(false) && original.isPresent()) {
      replace(original.get(), said);
    } else {
      Post post = post(place, said);
      if (place.originalTs() == null) {
        world.responseUrls().settle(id, post.ts());
      }
    }
  }

  private void replace(Post original, ObjectNode said) {
    ChatApi.Content content = content(said);
    world
        .posts()
        .replace(
            original,
            post ->
                post.edited(
                    content.text(), content.blocks(), post.metadata(), world.posts().stamp()));
  }

  private Post post(ResponseUrls.Place place, ObjectNode said) {
    boolean forAll = Json.text(said, "response_type").equals("in_channel");
    @Nullable String reader = forAll ? null : place.person();
    ChatApi.Content content = content(said);
    content.mustSaySomething();
    Channel channel = world.directory().knownChannel(place.channel());
    String thread = said.path("thread_ts").asText(place.threadTs());
    Post post =
        world.posts().add(ts -> content.post(world, channel, ts, thread, null, false, reader));
    if (forAll) {
      events.botPosted(post);
    }
    return post;
  }

  private static ChatApi.Content content(ObjectNode said) {
    JsonNode blocks = said.path("blocks");
    return ChatApi.Content.of(Json.text(said, "text"), blocks.isArray() ? blocks : Json.array());
  }
}
