package io.countersign.runbook;

import java.util.Map;
import java.util.TreeMap;

/**
 * The closed set of {@code ${run.*}}, {@code ${tenant.*}} and {@code ${estate.*}} references and
 * their types.
 */
public final class ContextFields {
  private static final Map<String, ValueType> TYPES =
      Map.ofEntries(
          Map.entry("run.id", ValueType.TEXT),
          Map.entry("run.stamp", ValueType.TEXT),
          Map.entry("tenant.name", ValueType.TENANT),
          Map.entry("tenant.slug", ValueType.TEXT),
          Map.entry("tenant.id", ValueType.TEXT),
          Map.entry("tenant.server", ValueType.SERVER),
          Map.entry("tenant.database", ValueType.DATABASE),
          Map.entry("tenant.secret", ValueType.SECRET_NAME),
          Map.entry("tenant.kept", ValueType.DATABASE),
          Map.entry("estate.name", ValueType.TEXT),
          Map.entry("tenant.kept-since", ValueType.INSTANT));

  private ContextFields() {}

  /** All of them by path, in alphabetical order. */
  public static Map<String, ValueType> types() {
    return new TreeMap<>(TYPES);
  }
}
