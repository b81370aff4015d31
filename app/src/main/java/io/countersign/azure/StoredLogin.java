package io.countersign.azure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Secret;
import io.countersign.estate.Login;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A login as a secret's value: JSON as in a folder of secrets, or the connection string that
 * products keep, {@code postgres://user:password@host:port/database}.
 */
final class StoredLogin {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PORT = 5432;
  private static final int HIGHEST_PORT = 65_535;

  private StoredLogin() {}

  /** What is told to whoever has to store one. */
  static String shape() {
    return "{\"host\": …, \"port\": 5432, \"database\": …, \"user\": …, \"password\": …} or"
        + " postgres://user:password@host:5432/database";
  }

  /** Empty where it is neither; no error ever quotes the value. */
  static Optional<Login> read(String value) {
    var text = value.strip();
    return text.startsWith("postgres://") || text.startsWith("postgresql://")
        ? ofAddress(text)
        : ofJson(text);
  }

  private static Optional<Login> ofJson(String text) {
    try {
      var node = JSON.readTree(text);
      int port = node.path("port").asInt(0);
      return isText(node, "host")
              && isText(node, "database")
              && isText(node, "user")
              && isText(node, "password")
              && isPort(port)
          ? Optional.of(
              new Login(
                  node.path("host").asText(),
                  port,
                  node.path("database").asText(),
                  node.path("user").asText(),
                  new Secret(node.path("password").asText())))
          : Optional.empty();
    } catch (JsonProcessingException malformed) {
      return Optional.empty();
    }
  }

  private static boolean isText(JsonNode node, String key) {
    return node.path(key).isTextual();
  }

  private static boolean isPort(int port) {
    return port >= 1 && port <= HIGHEST_PORT;
  }

  private static Optional<Login> ofAddress(String text) {
    try {
      var address = new URI(text);
      var who = address.getRawUserInfo();
      var path = address.getRawPath();
      int port = address.getPort() < 0 ? PORT : address.getPort();
      int colon = who == null ? -1 : who.indexOf(':');
      if (address.getHost() == null
          || who == null
          || colon < 1
          || path == null
          || path.length() < 2
          || !isPort(port)) {
        return Optional.empty();
      }
      return Optional.of(
          new Login(
              address.getHost(),
              port,
              decoded(path.substring(1)),
              decoded(who.substring(0, colon)),
              new Secret(decoded(who.substring(colon + 1)))));
    } catch (URISyntaxException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** A plus is a plus here: it is no form. */
  private static String decoded(String part) {
    return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  static String write(Login login) {
    return JSON.createObjectNode()
        .put("host", login.host())
        .put("port", login.port())
        .put("database", login.database())
        .put("user", login.user())
        .put("password", login.password().reveal())
        .toString();
  }
}
