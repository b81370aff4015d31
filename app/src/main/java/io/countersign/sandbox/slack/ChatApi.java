package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** chat.*: posting, editing, deleting. */
final class ChatApi {

  private static final int TEXT = 40_000;

  /** Bytes, once escaped: an edit may say less than a new message. */
  private static final int EDITED_TEXT = 4_000;

  /**
   * Of all texts in the blocks of one message together. Slack does not say so in its reference; it
   * refuses with {@code msg_blocks_too_long} somewhere between here and 13,300, depending on the
   * blocks.
   */
  private static final int BLOCKS_TEXT = 12_000;

  private final World world;
  private final Shapes shapes;
  private final Rooms rooms;
  private final Events events;

  ChatApi(World world, Events events) {
    this.world = world;
    this.shapes = new Shapes(world);
    this.rooms = new Rooms(world);
    this.events = events;
  }

  Map<String, ApiMethod> methods() {
    return Map.of(
        "chat.postMessage", this::post,
        "chat.update", this::update,
        "chat.delete", this::delete,
        "chat.postEphemeral", this::postEphemeral,
        "chat.getPermalink", this::permalink);
  }

  private ObjectNode post(Arguments arguments) {
    Channel channel = rooms.toPostIn(arguments.required("channel"));
    Content content = Content.of(arguments);
    content.mustSaySomething();
    String thread = threadOf(arguments, channel);
    boolean broadcast = thread != null && arguments.flag("reply_broadcast");
    JsonNode metadata = metadata(arguments).orElse(null);
    Post post =
        world
            .posts()
            .add(ts -> content.post(world, channel, ts, thread, metadata, broadcast, null));
    events.botPosted(post);
    ObjectNode answer = Json.object().put("channel", channel.id()).put("ts", post.ts());
    answer.set("message", shapes.message(post, true));
    return answer;
  }

  private ObjectNode postEphemeral(Arguments arguments) {
    Channel channel = rooms.toPostIn(arguments.required("channel"));
    String person = arguments.required("user");
    if (!channel.members().contains(person)) {
      throw new Refused("user_not_in_channel");
    }
    Content content = Content.of(arguments);
    content.mustSaySomething();
    String thread = threadOf(arguments, channel);
    Post post =
        world.posts().add(ts -> content.post(world, channel, ts, thread, null, false, person));
    return Json.object().put("message_ts", post.ts());
  }

  private ObjectNode update(Arguments arguments) {
    Post old = ownPost(arguments, "cant_update_message");
    Content content = Content.of(arguments);
    if (content.text().getBytes(StandardCharsets.UTF_8).length > EDITED_TEXT) {
      throw new Refused("msg_too_long");
    }
    if (!arguments.has("text") && !arguments.has("blocks")) {
      throw new Refused("no_text");
    }
    JsonNode metadata = metadata(arguments).orElse(old.metadata());
    Post post =
        world
            .posts()
            .replace(
                old,
                now ->
                    now.edited(
                        arguments.has("text") ? content.text() : now.text(),
                        arguments.has("blocks") ? content.blocks() : now.blocks(),
                        metadata == null || metadata.isEmpty() ? null : metadata,
                        world.posts().stamp()));
    events.botEdited(old, post);
    ObjectNode answer = Json.object().put("channel", post.channel()).put("ts", post.ts());
    answer.put("text", post.text()).set("message", shapes.message(post, true));
    return answer;
  }

  private ObjectNode delete(Arguments arguments) {
    Post post = ownPost(arguments, "cant_delete_message");
    world.posts().remove(post);
    return Json.object().put("channel", post.channel()).put("ts", post.ts());
  }

  private ObjectNode permalink(Arguments arguments) {
    Channel channel = rooms.visible(arguments.required("channel"));
    Post post =
        world
            .posts()
            .find(channel.id(), arguments.required("message_ts"))
            .filter(found -> !found.isEphemeral())
            .orElseThrow(() -> new Refused("message_not_found"));
    String link =
        world.base().resolve("/archives/" + channel.id() + "/p" + post.ts().replace(".", ""))
            + (post.isReply() ? "?thread_ts=" + post.threadTs() + "&cid=" + channel.id() : "");
    return Json.object().put("channel", channel.id()).put("permalink", link);
  }

  private Post ownPost(Arguments arguments, String errorWhenForeign) {
    Channel channel = rooms.visible(arguments.required("channel"));
    Post post =
        world
            .posts()
            .find(channel.id(), arguments.required("ts"))
            .filter(found -> !found.isEphemeral())
            .orElseThrow(() -> new Refused("message_not_found"));
    if (!post.user().equals(world.workspace().botUserId())) {
      throw new Refused(errorWhenForeign);
    }
    if (channel.isArchived()) {
      throw new Refused("is_archived");
    }
    return post;
  }

  /** A reply to a reply goes to the thread of the first. */
  private @Nullable String threadOf(Arguments arguments, Channel channel) {
    String thread = arguments.text("thread_ts");
    if (thread.isEmpty()) {
      return null;
    }
    return world.posts().find(channel.id(), thread).map(Post::threadTs).orElse(thread);
  }

  private static Optional<JsonNode> metadata(Arguments arguments) {
    Optional<JsonNode> metadata = arguments.json("metadata", "invalid_metadata_format");
    metadata.ifPresent(
        json -> {
          boolean complete =
              json.path("event_type").isTextual() && json.path("event_payload").isObject();
          if (!complete && !json.isEmpty()) {
            throw new Refused("invalid_metadata_schema");
          }
        });
    return metadata;
  }

  /** Text and blocks of a message, checked. */
  record Content(String text, ArrayNode blocks) {

    static Content of(Arguments arguments) {
      String text = arguments.text("text");
      JsonNode blocks = arguments.json("blocks", "invalid_blocks_format").orElseGet(Json::array);
      return of(text, blocks);
    }

    static Content of(String text, JsonNode blocks) {
      if (text.length() > TEXT) {
        throw new Refused("msg_too_long");
      }
      List<String> problems = BlockRules.problemsIn(blocks, BlockRules.MESSAGE_BLOCKS);
      if (!problems.isEmpty()) {
        throw new Refused("invalid_blocks", problems);
      }
      if (BlockRules.textIn(blocks) > BLOCKS_TEXT) {
        throw new Refused("msg_blocks_too_long");
      }
      return new Content(text, BlockRules.withIds(blocks));
    }

    void mustSaySomething() {
      if (text.isBlank() && blocks.isEmpty()) {
        throw new Refused("no_text");
      }
    }

    Post post(
        World world,
        Channel channel,
        String ts,
        @Nullable String thread,
        @Nullable JsonNode metadata,
        boolean broadcast,
        @Nullable String visibleTo) {
      return new Post(
          channel.id(),
          ts,
          thread,
          world.workspace().botUserId(),
          text,
          blocks,
          metadata,
          broadcast,
          visibleTo,
          List.of(),
          0,
          null);
    }
  }
}
