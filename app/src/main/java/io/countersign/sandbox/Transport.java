package io.countersign.sandbox;

/** How the stand-in Slack reaches the bot. */
public enum Transport {
  HTTP,
  SOCKET;

  /**
   * @param name {@code http}, {@code socket}, or nothing for HTTP
   * @throws IllegalArgumentException where it is something else
   */
  public static Transport named(String name) {
    return switch (name) {
      case "", "http" -> HTTP;
      case "socket" -> SOCKET;
      default ->
          throw new IllegalArgumentException(
              "There is no transport " + name + ". Give -Dtransport=http or -Dtransport=socket.");
    };
  }
}
