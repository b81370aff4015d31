package io.countersign.sandbox.slack;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who and what there is: people, channels, user groups. */
final class Directory {

  private final Guard guard;
  private final Workspace workspace;
  private final Map<String, Person> people = new LinkedHashMap<>();
  private final Map<String, Channel> channels = new LinkedHashMap<>();
  private final Map<String, UserGroup> groups = new LinkedHashMap<>();

  Directory(Guard guard, Workspace workspace) {
    this.guard = guard;
    this.workspace = workspace;
    workspace.people().forEach(person -> people.put(person.id(), person));
    workspace.channels().forEach(channel -> channels.put(channel.id(), channel));
    workspace.groups().forEach(group -> groups.put(group.id(), group));
    workspace.people().stream().filter(person -> !person.isBot()).forEach(this::addDirect);
  }

  private void addDirect(Person person) {
    String id = directId(person.id());
    channels.put(id, Channel.direct(id, person.id(), workspace.botUserId()));
  }

  /** The direct message of a person with the bot. */
  static String directId(String person) {
    return "D" + person.substring(1);
  }

  List<Person> people() {
    return guard.read(() -> List.copyOf(people.values()));
  }

  List<Channel> channels() {
    return guard.read(() -> List.copyOf(channels.values()));
  }

  List<UserGroup> groups() {
    return guard.read(() -> List.copyOf(groups.values()));
  }

  Optional<Person> person(String id) {
    return guard.read(() -> Optional.ofNullable(people.get(id)));
  }

  Optional<Channel> channel(String id) {
    return guard.read(() -> Optional.ofNullable(channels.get(id)));
  }

  Optional<UserGroup> group(String id) {
    return guard.read(() -> Optional.ofNullable(groups.get(id)));
  }

  Person known(String id) {
    return person(id).orElseThrow(() -> new IllegalArgumentException("nobody has the id " + id));
  }

  Channel knownChannel(String id) {
    return channel(id)
        .orElseThrow(() -> new IllegalArgumentException("no channel has the id " + id));
  }

  boolean botIsIn(Channel channel) {
    return channel.members().contains(workspace.botUserId());
  }

  void put(Person person) {
    guard.changed(() -> people.put(person.id(), person));
  }

  void put(Channel channel) {
    guard.changed(() -> channels.put(channel.id(), channel));
  }

  void put(UserGroup group) {
    guard.changed(() -> groups.put(group.id(), group));
  }

  /** What stands in place of ids when a person reads: people, the bot, channels. */
  Map<String, String> names() {
    return guard.read(
        () -> {
          Map<String, String> names = new LinkedHashMap<>();
          people.values().forEach(person -> names.put(person.id(), person.displayName()));
          channels.values().forEach(channel -> names.put(channel.id(), channel.name()));
          groups.values().forEach(group -> names.put(group.id(), group.handle()));
          names.put(workspace.botUserId(), workspace.botName());
          return names;
        });
  }
}
