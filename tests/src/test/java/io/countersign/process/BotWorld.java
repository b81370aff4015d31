package io.countersign.process;

import io.countersign.estate.Login;
import io.countersign.sandbox.slack.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What a bot is told that has a database of its own and nothing else: no Slack, no tenants. */
final class BotWorld {
  static final String SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

  private BotWorld() {}

  /**
   * Makes the folders that the settings name.
   *
   * @param folder gets runbooks, estates and the estate's folders; the shipped files are copied
   */
  static Map<String, String> environment(Path folder, Login own) throws IOException {
    var environment = new TreeMap<String, String>();
    environment.put("SLACK_API_URL", "http://127.0.0.1:1/api/");
    environment.put("SLACK_BOT_TOKEN", "xoxb-nobody");
    environment.put("SLACK_SIGNING_SECRET", SIGNING_SECRET);
    environment.put("COUNTERSIGN_DATABASE_URL", url(own));
    environment.put("COUNTERSIGN_DATABASE_USER", own.user());
    environment.put("COUNTERSIGN_DATABASE_PASSWORD", own.password().reveal());
    environment.put("COUNTERSIGN_PORT", "0");
    environment.put("COUNTERSIGN_ROLES_PLATFORM_ADMIN", "usergroup:" + Workspace.PLATFORM_ADMINS);
    environment.put("COUNTERSIGN_RUNBOOKS", copied("../runbooks", folder.resolve("runbooks")));
    environment.put("COUNTERSIGN_ESTATES", copied("../manifest/estates", folder.resolve("e")));
    for (var name : new String[] {"SECRETS", "BASE_BACKUPS", "ARCHIVE", "COPIES", "BACKUPS"}) {
      environment.put(
          "MEDSUITE_" + name,
          Files.createDirectory(folder.resolve(name.toLowerCase(java.util.Locale.ROOT)))
              .toString());
    }
    return environment;
  }

  private static String url(Login own) {
    return "jdbc:postgresql://" + own.host() + ":" + own.port() + "/" + own.database();
  }

  private static String copied(String from, Path to) throws IOException {
    Files.createDirectory(to);
    try (var files = Files.newDirectoryStream(Path.of(from), "*.yaml")) {
      for (var file : files) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to.toString();
  }
}
