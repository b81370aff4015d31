package io.countersign.action.database;

import java.util.List;

/**
 * A difference put into a finished copy, as small as its kind allows.
 *
 * @param sql run as the tenant's owner
 * @param named every object that parity must name for it, and that it names for no other kind
 */
record Plant(String sql, List<String> named) {
  Plant {
    named = List.copyOf(named);
  }

  static Plant plant(String sql, String... named) {
    return new Plant(sql, List.of(named));
  }
}
