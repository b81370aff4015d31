package io.countersign.sandbox;

import io.countersign.estate.Estate.RestoreSource;
import io.countersign.estate.Tls;
import io.countersign.sandbox.azure.LocalBacking;
import io.countersign.sandbox.azure.ServerTls;
import io.countersign.sandbox.azure.StandInAzure;
import io.countersign.sandbox.postgres.MedsuiteWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** The demo estate in a stand-in Azure: its server there, its secrets in the vault. */
final class Clouds {
  /** As the demo's registry names it. */
  private static final String SERVER = "pg-us-east-1";

  private static final Duration KEPT = Duration.ofDays(7);

  private Clouds() {}

  /** Whether an estate's file needs one. */
  static boolean isFor(String estate) {
    return estate.contains("\nazure:\n");
  }

  /** Starts it around an estate that stands. */
  static StandInAzure start(Path folder, MedsuiteWorld medsuite, Clock clock) {
    var tls = new ServerTls(folder.resolve("azure"), medsuite.live().programs());
    var verified = new Tls.Verified(tls.certificate().toString());
    var bot = medsuite.botLogin().with(verified);
    var source =
        new RestoreSource(
            medsuite.baseBackups().toString(),
            medsuite.archive().toString(),
            folder.resolve("copies").toString(),
            medsuite.live().programs().unusual().map(Path::toString).orElse(""));
    // made up at each start: it proves who the bot is, as a cluster's token does
    var token = "not-a-secret-" + UUID.randomUUID();
    var azure =
        StandInAzure.start(
            folder.resolve("azure"), clock, new LocalBacking(source, bot, tls), token);
    tls.requireOf(bot.user(), medsuite.live().dataFolder());
    azure.manager().standing(SERVER, bot.user(), clock.instant().minus(KEPT));
    try (Stream<Path> secrets = Files.list(medsuite.secrets())) {
      Files.writeString(token(folder), token);
      for (var secret : secrets.toList()) {
        azure.vault().put(secret.getFileName().toString(), Files.readString(secret));
      }
      return azure;
    } catch (IOException failed) {
      azure.close();
      throw new UncheckedIOException("filling the stand-in vault failed", failed);
    }
  }

  private static Path token(Path folder) {
    return folder.resolve("azure").resolve("token");
  }

  /** What the bot is told. */
  static Map<String, String> environment(StandInAzure azure, Path folder) {
    return Map.of(
        "AZURE_SUBSCRIPTION_ID", StandInAzure.SUBSCRIPTION,
        "AZURE_TENANT_ID", StandInAzure.TENANT,
        "AZURE_CLIENT_ID", StandInAzure.CLIENT,
        "AZURE_FEDERATED_TOKEN_FILE", token(folder).toString(),
        "MEDSUITE_RESOURCE_GROUP", StandInAzure.GROUP,
        "MEDSUITE_KEY_VAULT", azure.url().toString(),
        "MEDSUITE_BOT_ADDRESS", "127.0.0.1");
  }

  /**
   * An estate's file that leads to the stand-in. What differs from a real Azure is said in words
   * that an operator has too: another endpoint, its certificates, no delay.
   */
  static String leadingTo(StandInAzure azure, String estate) {
    return estate
        .replace(
            "\nazure:\n",
            "\nazure:\n  endpoints: { resource-manager: \"%s\", login: \"%s\", certificates: \"%s\" }\n"
                .formatted(azure.url(), azure.url(), azure.certificate()))
        .concat(
            "\ntls: { mode: verify-full, authorities: \"%s\" }\n".formatted(azure.certificate()))
        .replace("behind: 15m", "behind: 0s");
  }
}
