package io.countersign.server;

import io.countersign.Role;
import io.countersign.Secret;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is set from outside, checked. Names are those of the environment.
 *
 * @param slackApi base address of Slack's Web API, ends with {@code /}
 * @param signingSecret of signed HTTP requests; without it there is no endpoint for them
 * @param appToken for Socket Mode; without it no socket is opened. One of the two is there
 * @param roles where each role's holders are looked up ({@code usergroup:S123}, {@code
 *     users:U1,U2})
 * @param channels the channels in which runs may be asked for; empty allows every one that is not
 *     shared with others
 * @param port 0 takes any free port
 * @param auditChannel id of the channel that is told each anchor
 * @param auditFile to which each anchor is appended
 */
public record Settings(
    URI slackApi,
    Secret botToken,
    Optional<Secret> signingSecret,
    Optional<Secret> appToken,
    String databaseUrl,
    String databaseUser,
    Secret databasePassword,
    Path runbooks,
    Path estates,
    int port,
    Map<Role, String> roles,
    Set<String> channels,
    Optional<String> auditChannel,
    Optional<Path> auditFile) {
  private static final String PREFIX = "COUNTERSIGN_";
  private static final String ROLES = "COUNTERSIGN_ROLES_";
  private static final Set<String> KNOWN =
      Set.of(
          "COUNTERSIGN_DATABASE_URL",
          "COUNTERSIGN_DATABASE_USER",
          "COUNTERSIGN_DATABASE_PASSWORD",
          "COUNTERSIGN_RUNBOOKS",
          "COUNTERSIGN_ESTATES",
          "COUNTERSIGN_PORT",
          "COUNTERSIGN_CHANNELS",
          "COUNTERSIGN_AUDIT_CHANNEL",
          "COUNTERSIGN_AUDIT_FILE");

  public Settings {
    roles = Map.copyOf(roles);
    channels = Set.copyOf(channels);
  }

  /** What is wrong with the settings; every problem says which setting and what to do. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(List<String> problems) {
      super(String.join(System.lineSeparator(), problems));
    }
  }

  /**
   * Reads the environment.
   *
   * @throws Refused where a setting is missing, malformed or unknown; all problems together
   */
  public static Settings of(Map<String, String> environment) throws Refused {
    return new Reading(environment).settings();
  }

  private static final class Reading {
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    Reading(Map<String, String> environment) {
      this.environment = environment;
    }

    Settings settings() throws Refused {
      unknown();
      reachable();
      var settings =
          new Settings(
              api(),
              new Secret(needed("SLACK_BOT_TOKEN", "the bot token of the Slack app (xoxb-...)")),
              optional("SLACK_SIGNING_SECRET"),
              appToken(),
              needed(
                  "COUNTERSIGN_DATABASE_URL", "for example jdbc:postgresql://db:5432/countersign"),
              needed("COUNTERSIGN_DATABASE_USER", "the login of Countersign's own database"),
              new Secret(needed("COUNTERSIGN_DATABASE_PASSWORD", "that login's password")),
              folder("COUNTERSIGN_RUNBOOKS"),
              folder("COUNTERSIGN_ESTATES"),
              port(),
              roles(),
              words(environment.get("COUNTERSIGN_CHANNELS")),
              auditChannel(),
              given("COUNTERSIGN_AUDIT_FILE").map(Path::of));
      if (!problems.isEmpty()) {
        throw new Refused(problems);
      }
      return settings;
    }

    private void unknown() {
      for (var name : new TreeSet<>(environment.keySet())) {
        if (name.startsWith(PREFIX) && !KNOWN.contains(name) && !name.startsWith(ROLES)) {
          problems.add(
              name
                  + ": there is no such setting. Known are "
                  + String.join(", ", new TreeSet<>(KNOWN))
                  + ", "
                  + ROLES
                  + "<ROLE>.");
        }
      }
    }

    private String needed(String name, String what) {
      var value = environment.get(name);
      if (value == null || value.isBlank()) {
        problems.add(name + " is not set. It is " + what + ".");
        return "";
      }
      return value.strip();
    }

    /** A secret with nothing in it is none: orchestrators set variables to nothing. */
    private Optional<Secret> optional(String name) {
      return given(name).map(Secret::new);
    }

    private Optional<String> given(String name) {
      return Optional.ofNullable(environment.get(name))
          .map(String::strip)
          .filter(it -> !it.isEmpty());
    }

    private Optional<String> auditChannel() {
      var channel = given("COUNTERSIGN_AUDIT_CHANNEL");
      if (channel.isPresent() && !channel.get().matches("[CG][A-Z0-9]+")) {
        problems.add(
            "COUNTERSIGN_AUDIT_CHANNEL is a channel's id such as C0123, not "
                + channel.get()
                + ". It stands at the end of the channel's details in Slack.");
      }
      return channel;
    }

    private void reachable() {
      if (optional("SLACK_APP_TOKEN").isEmpty() && optional("SLACK_SIGNING_SECRET").isEmpty()) {
        problems.add(
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, so Slack could not reach the"
                + " bot. Set the app-level token (xapp-...) for Socket Mode, which needs no public"
                + " address, or the signing secret for requests over HTTP, or both.");
      }
    }

    private Optional<Secret> appToken() {
      var token = optional("SLACK_APP_TOKEN");
      if (token.isPresent() && !token.get().reveal().startsWith("xapp-")) {
        problems.add(
            "SLACK_APP_TOKEN is no app-level token: those begin with xapp-. Make one with the scope"
                + " connections:write under Basic Information of the Slack app.");
      }
      return token;
    }

    private URI api() {
      var text = environment.getOrDefault("SLACK_API_URL", "https://slack.com/api/");
      try {
        var api = URI.create(text.endsWith("/") ? text : text + "/");
        if (api.getHost() != null && api.getScheme().startsWith("http")) {
          return api;
        }
      } catch (IllegalArgumentException malformed) {
        // told below
      }
      problems.add("SLACK_API_URL is no address: " + text + ". Leave it out for slack.com.");
      return URI.create("https://slack.com/api/");
    }

    private Path folder(String name) {
      var value = needed(name, "a folder of YAML files");
      var path = Path.of(value);
      if (!value.isEmpty() && !Files.isDirectory(path)) {
        problems.add(name + ": there is no folder " + path.toAbsolutePath() + ".");
      }
      return path;
    }

    private int port() {
      var text = environment.getOrDefault("COUNTERSIGN_PORT", "8080");
      try {
        int port = Integer.parseInt(text.strip());
        if (port >= 0 && port <= 65_535) {
          return port;
        }
      } catch (NumberFormatException malformed) {
        // told below
      }
      problems.add("COUNTERSIGN_PORT is a number from 0 to 65535, not " + text + ".");
      return 0;
    }

    private Map<Role, String> roles() {
      var roles = new TreeMap<String, String>();
      for (var entry : environment.entrySet()) {
        if (entry.getKey().startsWith(ROLES)) {
          roles.put(entry.getKey().substring(ROLES.length()), entry.getValue().strip());
        }
      }
      if (!roles.containsKey(Role.PLATFORM_ADMIN.name())) {
        problems.add(
            ROLES + "PLATFORM_ADMIN is not set. It is usergroup:S0123 or users:U012,U345.");
      }
      return roles.entrySet().stream()
          .flatMap(it -> role(it.getKey(), it.getValue()).stream())
          .collect(Collectors.toMap(RoleSetting::role, RoleSetting::source));
    }

    private record RoleSetting(Role role, String source) {}

    private Optional<RoleSetting> role(String name, String source) {
      if (!source.matches(
          "usergroup:S[A-Z0-9]+|users:[UW][A-Z0-9]+(,[UW][A-Z0-9]+)*|registry:[a-z][a-z0-9-]{0,39}")) {
        problems.add(
            ROLES
                + name
                + " is usergroup:S0123, users:U012,U345 or registry:<estate>, not "
                + source
                + ".");
        return Optional.empty();
      }
      try {
        return Optional.of(new RoleSetting(new Role(name), source));
      } catch (IllegalArgumentException malformed) {
        problems.add(ROLES + name + ": " + malformed.getMessage());
        return Optional.empty();
      }
    }

    private static Set<String> words(@Nullable String text) {
      return text == null
          ? Set.of()
          : Stream.of(text.split(","))
              .map(String::strip)
              .filter(it -> !it.isEmpty())
              .collect(Collectors.toSet());
    }
  }
}
