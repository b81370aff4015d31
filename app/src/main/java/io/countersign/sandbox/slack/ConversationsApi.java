package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** conversations.*: looking at channels and reading them. */
final class ConversationsApi {

  private static final int MOST = 999;

  private final World world;
  private final Shapes shapes;
  private final Rooms rooms;

  ConversationsApi(World world) {
    this.world = world;
    this.shapes = new Shapes(world);
    this.rooms = new Rooms(world);
  }

  Map<String, ApiMethod> methods() {
    return Map.of(
        "conversations.info", this::info,
        "conversations.open", this::open,
        "conversations.members", this::members,
        "conversations.history", this::history,
        "conversations.replies", this::replies);
  }

  private ObjectNode info(Arguments arguments) {
    Channel channel = rooms.visible(arguments.required("channel"));
    ObjectNode json = shapes.channel(channel);
    if (arguments.flag("include_num_members")) {
      json.put("num_members", channel.members().size());
    }
    ObjectNode answer = Json.object();
    answer.set("channel", json);
    return answer;
  }

  private ObjectNode open(Arguments arguments) {
    String id = arguments.required("users");
    Person person = world.directory().person(id).orElseThrow(() -> new Refused("user_not_found"));
    if (person.deleted()) {
      throw new Refused("user_disabled");
    }
    if (person.isBot()) {
      throw new Refused("cannot_dm_bot");
    }
    ObjectNode answer = Json.object().put("no_op", true).put("already_open", true);
    answer.putObject("channel").put("id", Directory.directId(id));
    return answer;
  }

  private ObjectNode members(Arguments arguments) {
    Channel channel = rooms.visible(arguments.required("channel"));
    ObjectNode answer = Json.object();
    ArrayNode members = answer.putArray("members");
    channel.members().forEach(members::add);
    answer.putObject("response_metadata").put("next_cursor", "");
    return answer;
  }

  private ObjectNode history(Arguments arguments) {
    Channel channel = rooms.joined(arguments.required("channel"));
    return page(arguments, world.posts().timeline(channel.id()).reversed());
  }

  private ObjectNode replies(Arguments arguments) {
    Channel channel = rooms.joined(arguments.required("channel"));
    List<Post> thread = world.posts().thread(channel.id(), arguments.required("ts"));
    if (thread.isEmpty()) {
      throw new Refused("thread_not_found");
    }
    return page(arguments, thread);
  }

  private ObjectNode page(Arguments arguments, List<Post> posts) {
    List<Post> inRange = posts.stream().filter(post -> isInRange(arguments, post.ts())).toList();
    int limit = arguments.number("limit", 100);
    if (limit < 1 || limit > MOST) {
      throw new Refused("invalid_limit");
    }
    int from = start(arguments);
    int to = Math.min(inRange.size(), from + limit);
    ObjectNode answer = Json.object();
    ArrayNode messages = answer.putArray("messages");
    boolean withMetadata =
        arguments.flag("include_all_metadata") && world.permissions().has("metadata.message:read");
    for (Post post : inRange.subList(Math.min(from, to), to)) {
      messages.add(shapes.message(post, withMetadata));
    }
    boolean more = to < inRange.size();
    answer.put("has_more", more);
    answer.putObject("response_metadata").put("next_cursor", more ? "next-" + to : "");
    return answer;
  }

  private static boolean isInRange(Arguments arguments, String ts) {
    String oldest = arguments.text("oldest");
    String latest = arguments.text("latest");
    boolean inclusive = arguments.flag("inclusive");
    int edge = inclusive ? 0 : 1;
    return (oldest.isEmpty() || compare(ts, oldest) >= edge)
        && (latest.isEmpty() || compare(latest, ts) >= edge);
  }

  private static int compare(String left, String right) {
    try {
      return new java.math.BigDecimal(left).compareTo(new java.math.BigDecimal(right));
    } catch (NumberFormatException notAStamp) {
      throw new Refused("invalid_ts_oldest");
    }
  }

  private static int start(Arguments arguments) {
    String cursor = arguments.text("cursor");
    if (cursor.isEmpty()) {
      return 0;
    }
    if (!cursor.matches("next-\\d{1,8}")) {
      throw new Refused("invalid_cursor");
    }
    return Integer.parseInt(cursor.substring("next-".length()));
  }
}
