package io.countersign.sandbox.slack;

import java.util.List;

/** A user group, {@code S...}; the bot reads roles from it. */
public record UserGroup(String id, String handle, List<String> members) {

  public UserGroup {
    members = List.copyOf(members);
  }

  UserGroup with(String person) {
    return members.contains(person)
        ? this
        : new UserGroup(
            id,
            handle,
            java.util.stream.Stream.concat(members.stream(), java.util.stream.Stream.of(person))
                .toList());
  }

  UserGroup without(String person) {
    return new UserGroup(
        id, handle, members.stream().filter(member -> !member.equals(person)).toList());
  }
}
