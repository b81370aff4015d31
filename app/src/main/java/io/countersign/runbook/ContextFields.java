package io.countersign.runbook;

import java.util.Map;
import java.util.TreeMap;

/**
 * The closed set of {@code ${run.*}}, {@code ${tenant.*}} and {@code ${estate.*}} references and
 * their types.
 */
public final class ContextFields {
  private static final Map<String, ValueType> TYPES =
      Map.of(
          "run.id", ValueType.TEXT,
          "run.stamp", ValueType.TEXT,
          "tenant.name", ValueType.TENANT,
          "tenant.slug", ValueType.TEXT,
          "tenant.id", ValueType.TEXT,
          "tenant.server", ValueType.SERVER,
          "tenant.database", ValueType.DATABASE,
          "tenant.secret", ValueType.SECRET_NAME,
          "estate.name", ValueType.TEXT);

  private ContextFields() {}

  /** All of them by path, in alphabetical order. */
  public static Map<String, ValueType> types() {
    return new TreeMap<>(TYPES);
  }
}
