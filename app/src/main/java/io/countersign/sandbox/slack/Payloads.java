package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Commands and interactions as Slack writes them. */
final class Payloads {

  private final World world;
  private final Shapes shapes;

  Payloads(World world) {
    this.world = world;
    this.shapes = new Shapes(world);
  }

  Delivery command(
      Person person, Channel channel, String command, String text, String responseUrl) {
    Workspace workspace = world.workspace();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("token", "verification-token-unused");
    fields.put("team_id", workspace.teamId());
    fields.put("team_domain", workspace.teamDomain());
    if (workspace.enterpriseId() != null) {
      fields.put("enterprise_id", workspace.enterpriseId());
      fields.put("enterprise_name", "enterprise");
    }
    fields.put("channel_id", channel.id());
    fields.put("channel_name", channelName(channel));
    fields.put("user_id", person.id());
    fields.put("user_name", person.name());
    fields.put("command", command);
    fields.put("text", text);
    fields.put("api_app_id", workspace.appId());
    fields.put("is_enterprise_install", "false");
    fields.put("response_url", responseUrl);
    fields.put("trigger_id", world.triggers().issue(person.id()));
    return new Delivery("command", Delivery.FORM, form(fields), false);
  }

  ObjectNode onMessage(Person person, Post post, String responseUrl) {
    Channel channel = world.directory().knownChannel(post.channel());
    ObjectNode payload = interaction("block_actions", person);
    ObjectNode container = payload.putObject("container").put("type", "message");
    container.put("message_ts", post.ts()).put("channel_id", channel.id());
    container.put("is_ephemeral", post.isEphemeral());
    if (post.threadTs() != null) {
      container.put("thread_ts", post.threadTs());
    }
    payload.putObject("channel").put("id", channel.id()).put("name", channelName(channel));
    if (!post.isEphemeral()) {
      payload.set("message", shapes.message(post, true));
    }
    payload.putObject("state").putObject("values");
    return payload.put("response_url", responseUrl);
  }

  ObjectNode onView(String type, Person person, View view, ObjectNode values) {
    ObjectNode payload = interaction(type, person);
    ObjectNode json = shapes.view(view);
    json.putObject("state").set("values", values);
    payload.set("view", json);
    if (type.equals("block_actions") || type.equals("block_suggestion")) {
      payload.putObject("container").put("type", "view").put("view_id", view.id());
    }
    if (type.equals("view_submission")) {
      payload.putArray("response_urls");
    }
    return payload;
  }

  ObjectNode interaction(String type, Person person) {
    Workspace workspace = world.workspace();
    ObjectNode payload = Json.object().put("type", type);
    ObjectNode user = payload.putObject("user").put("id", person.id());
    user.put("username", person.name()).put("name", person.name());
    user.put("team_id", person.teamId());
    payload.put("api_app_id", workspace.appId()).put("token", "verification-token-unused");
    payload.put("trigger_id", world.triggers().issue(person.id()));
    payload.putObject("team").put("id", workspace.teamId()).put("domain", workspace.teamDomain());
    if (workspace.enterpriseId() == null) {
      payload.putNull("enterprise");
    } else {
      payload.putObject("enterprise").put("id", workspace.enterpriseId()).put("name", "enterprise");
    }
    return payload.put("is_enterprise_install", false);
  }

  /** What is said of the clicked element itself; {@code choice} is what a menu or picker adds. */
  ObjectNode action(Elements.Found found, ObjectNode choice) {
    ObjectNode element = found.element();
    ObjectNode action = Json.object().put("type", Json.text(element, "type"));
    action.put("action_id", Json.text(element, "action_id"));
    action.put("block_id", Json.text(found.block(), "block_id"));
    for (String name : java.util.List.of("text", "value", "style")) {
      if (element.hasNonNull(name)) {
        action.set(name, element.get(name).deepCopy());
      }
    }
    action.put("action_ts", world.posts().stamp());
    return action.setAll(choice);
  }

  static Delivery interactive(ObjectNode payload) {
    String body = form(Map.of("payload", Json.write(payload)));
    return new Delivery(Json.text(payload, "type"), Delivery.FORM, body, false);
  }

  /** Objects are merged, everything else is replaced. */
  static void override(ObjectNode payload, ObjectNode overrides) {
    overrides
        .properties()
        .forEach(
            field -> {
              JsonNode old = payload.get(field.getKey());
              if (old instanceof ObjectNode inner && field.getValue() instanceof ObjectNode other) {
                override(inner, other);
              } else {
                payload.set(field.getKey(), field.getValue());
              }
            });
  }

  private static String channelName(Channel channel) {
    return channel.isDirect() ? "directmessage" : channel.name();
  }

  private static String form(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
