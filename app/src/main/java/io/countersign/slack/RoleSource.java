package io.countersign.slack;

import java.util.Set;

/** Where it stands who holds a role. */
public sealed interface RoleSource {
  /**
   * Reads a setting that has been checked: {@code usergroup:S0123}, {@code users:U012,U345} or
   * {@code registry:medsuite}.
   */
  static RoleSource of(String source) {
    if (source.startsWith("registry:")) {
      return new Registry(source.substring("registry:".length()));
    }
    return source.startsWith("usergroup:")
        ? new UserGroup(source.substring("usergroup:".length()))
        : new Users(Set.of(source.substring("users:".length()).split(",", -1)));
  }

  /**
   * @param id of a Slack user group, {@code S...}
   */
  record UserGroup(String id) implements RoleSource {}

  /**
   * @param estate whose registry is asked with its query {@code roster}
   */
  record Registry(String estate) implements RoleSource {}

  /**
   * @param ids of Slack users, {@code U...} or {@code W...}
   */
  record Users(Set<String> ids) implements RoleSource {
    public Users {
      ids = Set.copyOf(ids);
    }
  }
}
