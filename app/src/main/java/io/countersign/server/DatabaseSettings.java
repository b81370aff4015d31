package io.countersign.server;

import io.countersign.Secret;
import java.util.ArrayList;
import java.util.Map;

/**
 * How Countersign's own database is reached: what a command needs that works on it alone.
 *
 * @param url {@code jdbc:postgresql://...}
 */
public record DatabaseSettings(String url, String user, Secret password) {
  /**
   * Reads the environment.
   *
   * @throws Settings.Refused where one is missing; all of them together
   */
  public static DatabaseSettings of(Map<String, String> environment) throws Settings.Refused {
    var problems = new ArrayList<String>();
    for (var name : new String[] {"URL", "USER", "PASSWORD"}) {
      if (value(environment, name).isEmpty()) {
        problems.add(
            "COUNTERSIGN_DATABASE_"
                + name
                + " is not set. It is how Countersign's own database is reached.");
      }
    }
    if (!problems.isEmpty()) {
      throw new Settings.Refused(problems);
    }
    return new DatabaseSettings(
        value(environment, "URL"),
        value(environment, "USER"),
        new Secret(value(environment, "PASSWORD")));
  }

  private static String value(Map<String, String> environment, String name) {
    return environment.getOrDefault("COUNTERSIGN_DATABASE_" + name, "").strip();
  }
}
