package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** The Events API: what the bot hears of what happens in its channels. */
final class Events {

  private final World world;
  private final Courier courier;
  private final Shapes shapes;
  private final AtomicLong count = new AtomicLong();

  Events(World world, Courier courier) {
    this.world = world;
    this.courier = courier;
    this.shapes = new Shapes(world);
  }

  /**
   * Every channel the bot is in sends {@code message}; a mention in it sends {@code app_mention}
   * besides.
   */
  void personPosted(Post post) {
    Channel channel = world.directory().knownChannel(post.channel());
    if (!world.directory().botIsIn(channel)) {
      return;
    }
    if (world.permissions().hearsIn(channel)) {
      courier.deliverSoon(wrapped(message(post, channel)));
    }
    String mention = "<@" + world.workspace().botUserId() + ">";
    boolean hears = world.permissions().has("app_mentions:read");
    if (hears && !channel.isDirect() && post.text().contains(mention)) {
      ObjectNode event = shapes.message(post, false).put("type", "app_mention");
      event.put("channel", channel.id()).put("event_ts", post.ts());
      courier.deliverSoon(wrapped(event));
    }
  }

  void botPosted(Post post) {
    if (world.limits().echoOwnMessages()) {
      Channel channel = world.directory().knownChannel(post.channel());
      courier.deliverSoon(wrapped(message(post, channel)));
    }
  }

  void botEdited(Post old, Post post) {
    if (world.limits().echoOwnMessages()) {
      Channel channel = world.directory().knownChannel(post.channel());
      ObjectNode event = Json.object().put("type", "message").put("subtype", "message_changed");
      event.set("message", shapes.message(post, false));
      event.set("previous_message", shapes.message(old, false));
      String at = post.editedTs() == null ? post.ts() : post.editedTs();
      event.put("channel", post.channel()).put("hidden", true);
      event.put("ts", at).put("event_ts", at).put("channel_type", kind(channel));
      courier.deliverSoon(wrapped(event));
    }
  }

  Outcome homeOpened(Person person) {
    ObjectNode event = Json.object().put("type", "app_home_opened").put("user", person.id());
    event.put("channel", Directory.directId(person.id())).put("tab", "home");
    event.put("event_ts", world.posts().stamp());
    world.modals().homeOf(person.id()).ifPresent(home -> event.set("view", shapes.view(home)));
    return courier.deliver(wrapped(event));
  }

  private ObjectNode message(Post post, Channel channel) {
    ObjectNode event = shapes.message(post, true).put("channel", channel.id());
    return event.put("event_ts", post.ts()).put("channel_type", kind(channel));
  }

  private static String kind(Channel channel) {
    return channel.isDirect() ? "im" : channel.isPrivate() ? "group" : "channel";
  }

  private Delivery wrapped(ObjectNode event) {
    Workspace workspace = world.workspace();
    ObjectNode body = Json.object().put("token", "verification-token-unused");
    body.put("team_id", workspace.teamId()).put("api_app_id", workspace.appId());
    body.set("event", event);
    body.put("type", "event_callback");
    long number = count.incrementAndGet();
    long now = world.clock().instant().getEpochSecond();
    body.put("event_id", String.format(Locale.ROOT, "Ev%X%04d", now, number));
    body.put("event_time", now).put("is_ext_shared_channel", isShared(event));
    ObjectNode authorization = body.putArray("authorizations").addObject();
    if (workspace.enterpriseId() == null) {
      authorization.putNull("enterprise_id");
    } else {
      authorization.put("enterprise_id", workspace.enterpriseId());
      body.put("enterprise_id", workspace.enterpriseId());
    }
    authorization.put("team_id", workspace.teamId()).put("user_id", workspace.botUserId());
    authorization.put("is_bot", true).put("is_enterprise_install", false);
    return new Delivery(Json.text(event, "type"), Delivery.JSON, Json.write(body), true);
  }

  private boolean isShared(ObjectNode event) {
    return world
        .directory()
        .channel(Json.text(event, "channel"))
        .map(Channel::isExtShared)
        .orElse(false);
  }
}
