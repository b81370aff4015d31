package io.countersign.slack;

import java.util.Set;

/** Where it stands who holds a role. */
public sealed interface RoleSource {
  /** Reads a setting that has been checked: {@code usergroup:S0123} or {@code users:U012,U345}. */
  static RoleSource of(String source) {
    return source.startsWith("usergroup:")
        ? new UserGroup(source.substring("usergroup:".length()))
        : new Users(Set.of(source.substring("users:".length()).split(",", -1)));
  }

  /**
   * @param id of a Slack user group, {@code S...}
   */
  record UserGroup(String id) implements RoleSource {}

  /**
   * @param ids of Slack users, {@code U...} or {@code W...}
   */
  record Users(Set<String> ids) implements RoleSource {
    public Users {
      ids = Set.copyOf(ids);
    }
  }
}
