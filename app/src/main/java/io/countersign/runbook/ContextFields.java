package io.countersign.runbook;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The closed set of {@code ${run.*}}, {@code ${tenant.*}} and {@code ${estate.*}} references and
 * their types.
 */
public final class ContextFields {
  /** How a database came to be kept: the databases' names were swapped. */
  public static final String SWAP = "swap-and-keep";

  /** How a database came to be kept: the tenant's reference was flipped. */
  public static final String FLIP = "flip-the-ref";

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
          Map.entry("tenant.kept-by", ValueType.CHOICE),
          Map.entry("tenant.kept-secret", ValueType.SECRET_NAME),
          Map.entry("tenant.kept-secret-version", ValueType.TEXT),
          Map.entry("estate.name", ValueType.TEXT),
          Map.entry("tenant.kept-since", ValueType.INSTANT));

  /** Those that a condition may compare, with the words they can have. */
  private static final Map<String, List<String>> COMPARED =
      Map.of("tenant.kept-by", List.of(SWAP, FLIP));

  private ContextFields() {}

  /** Those that {@code when:} may compare, and all the words that each can have. */
  public static Map<String, List<String>> compared() {
    return COMPARED;
  }

  /** All of them by path, in alphabetical order. */
  public static Map<String, ValueType> types() {
    return new TreeMap<>(TYPES);
  }
}
