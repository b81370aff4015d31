package io.countersign.slack;

import java.util.Set;

/** Where it stands who holds a role. */
public sealed interface RoleSource {
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
