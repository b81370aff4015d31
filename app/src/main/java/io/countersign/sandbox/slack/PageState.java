package io.countersign.sandbox.slack;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that one person's screen shows, as JSON for the page. */
final class PageState {

  private final World world;
  private final Extras extras;

  PageState(World world, Extras extras) {
    this.world = world;
    this.extras = extras;
  }

  ObjectNode seenBy(Person me) {
    return world.guard().read(() -> all(me));
  }

  private ObjectNode all(Person me) {
    ObjectNode state = Json.object().put("version", world.guard().version());
    ObjectNode self = state.putObject("me").put("id", me.id()).put("name", me.displayName());
    ArrayNode mine = self.put("tz", me.tz().getId()).putArray("groups");
    groupsOf(me).map(UserGroup::id).forEach(mine::add);
    state.put("bot", world.workspace().botUserId()).put("botName", world.workspace().botName());
    state.put("now", world.clock().instant().toEpochMilli());
    ObjectNode names = state.putObject("names");
    world.directory().names().forEach(names::put);
    people(state.putArray("people"));
    Set<String> channels = channels(me, state.putArray("channels"));
    ArrayNode messages = state.putArray("messages");
    world.posts().all().stream()
        .filter(post -> channels.contains(post.channel()) && post.isSeenBy(me.id()))
        .forEach(post -> messages.add(message(post)));
    world.modals().top(me.id()).ifPresent(view -> state.set("view", view(view)));
    world.modals().homeOf(me.id()).ifPresent(home -> state.set("home", view(home)));
    extras.describe(state);
    return state;
  }

  private void people(ArrayNode people) {
    world.directory().people().stream()
        .filter(person -> !person.isBot())
        .forEach(
            person ->
                people
                    .addObject()
                    .put("id", person.id())
                    .put("name", person.displayName())
                    .put("note", note(person)));
  }

  private String note(Person person) {
    if (person.deleted()) {
      return "deactivated";
    }
    if (!person.teamId().equals(world.workspace().teamId())) {
      return "another company";
    }
    if (person.isRestricted() || person.isUltraRestricted()) {
      return "guest";
    }
    return groupsOf(person).map(extras::roleOf).collect(Collectors.joining(", "));
  }

  private Stream<UserGroup> groupsOf(Person person) {
    return world.directory().groups().stream()
        .filter(group -> group.members().contains(person.id()));
  }

  private Set<String> channels(Person me, ArrayNode list) {
    Set<String> seen =
        world.directory().channels().stream()
            .filter(channel -> channel.members().contains(me.id()))
            .map(Channel::id)
            .collect(Collectors.toSet());
    world.directory().channels().stream()
        .filter(channel -> seen.contains(channel.id()))
        .forEach(
            channel ->
                list.addObject()
                    .put("id", channel.id())
                    .put("name", channel.isDirect() ? world.workspace().botName() : channel.name())
                    .put("direct", channel.isDirect())
                    .put("private", channel.isPrivate())
                    .put("archived", channel.isArchived())
                    .put("shared", channel.isExtShared())
                    .put("hasBot", world.directory().botIsIn(channel)));
    return seen;
  }

  private ObjectNode message(Post post) {
    ObjectNode json = Json.object().put("channel", post.channel()).put("ts", post.ts());
    json.put("thread", post.isReply() ? post.threadTs() : "").put("user", post.user());
    json.put("text", post.text()).put("edited", post.edits() > 0);
    json.put("broadcast", post.broadcast()).put("ephemeral", post.isEphemeral());
    json.set("blocks", post.blocks());
    ArrayNode files = json.putArray("files");
    post.files().stream()
        .flatMap(id -> world.files().find(id).stream())
        .forEach(
            file ->
                files
                    .addObject()
                    .put("id", file.id())
                    .put("name", file.name())
                    .put("title", file.title())
                    .put("size", file.size())
                    .put("picture", file.picture() != null)
                    .put("content", file.picture() == null ? file.content() : ""));
    return json;
  }

  private static ObjectNode view(View view) {
    ObjectNode json = Json.object().put("id", view.id()).put("hash", view.hash());
    json.set("body", view.body());
    return json;
  }
}
