package io.countersign.action;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is known of troubles by the words in which servers, their programs and the product's
 * processes report them: the cause, and what to do. Pure; the one place that judges such words.
 */
public final class Symptoms {
  /** The name of an object, as messages have it: quoted or bare. */
  private static final String NAME = "\"?([^\"\\s;,()]{1,63})\"?";

  private static final List<Known> KNOWN =
      List.of(
          new Known(
              "permission denied for (?:schema|table|sequence|view|materialized view|relation|large"
                  + " object|function|type) "
                  + NAME,
              "The login may not use %s: the server's secret holds an application's login and not"
                  + " its administrator's, or a grant is missing.",
              "Let the secret that the registry names for the server (admin_secret) hold the"
                  + " administrator's login, or GRANT the role that owns %s TO the bot's; then"
                  + " retry."),
          new Known(
              "(?:schema|relation|table|type|function|index|constraint) "
                  + NAME
                  + "[^;]* already exists",
              "What is restored into had %s already: somebody made it there meanwhile, or the dump"
                  + " holds a queue that the estate's file leaves out by now.",
              "Retry: the step removes what it made and begins in a new, empty database; it never"
                  + " restores over one that exists. If it says so again, restore another backup."),
          new Known(
              "extension " + NAME + " is not available",
              "The server that is restored into does not offer the extension %s, which the tenant"
                  + " uses.",
              "Install it there (its package; in Azure, azure.extensions), until CREATE EXTENSION"
                  + " \"%s\" works in a database of that server; then retry."),
          new Known(
              "permission denied to create extension " + NAME,
              "Only a superuser may create the extension %s on the server that is restored into.",
              "Let it be trusted there (trusted = true in its control file; in Azure,"
                  + " azure.extensions), until CREATE EXTENSION \"%s\" works as the bot's login;"
                  + " then retry."),
          Known.ofStale(
              "database " + NAME + " is not currently accepting connections",
              "%s is closed: whoever asks for it holds a pool or a reference from before a cutover."
                  + " Nothing old is read there.",
              "Wait until the estate's metadata-ttl has passed since the cutover. A process that"
                  + " asks for it after that has to be restarted."));

  private Symptoms() {}

  /**
   * @param cause a sentence
   * @param fix a sentence or two
   * @param stale whether somebody goes on with what he knew before a cutover: it can help to tell
   *     the caches again
   */
  public record Answer(String cause, String fix, boolean stale) {
    Answer(String cause, String fix) {
      this(cause, fix, false);
    }
  }

  /** In both texts {@code %s} is the object that the message names. */
  private record Known(Pattern said, String cause, String fix, boolean stale) {
    Known(String said, String cause, String fix) {
      this(Pattern.compile(said), cause, fix, false);
    }

    static Known ofStale(String said, String cause, String fix) {
      return new Known(Pattern.compile(said), cause, fix, true);
    }
  }

  /** What is known of an error; empty where nothing is. */
  public static Optional<Answer> of(String said) {
    for (var known : KNOWN) {
      var found = known.said().matcher(said);
      if (found.find()) {
        var name = found.group(1);
        return Optional.of(
            new Answer(
                known.cause().replace("%s", name), known.fix().replace("%s", name), known.stale()));
      }
    }
    return Optional.empty();
  }

  /** Sessions that were ended and are there again, or do not go. */
  public static Answer sessionsStay() {
    return new Answer(
        "Background workers, such as pg-boss, connect again as soon as they are ended; a session"
            + " that is stuck does not go at all.",
        "Pause pg-boss and what else works by itself, or set the tenant to suspended for a moment,"
            + " then retry.");
  }

  /** Processes that go on with what they knew before a cutover. */
  public static Answer stalePool(long metadataTtlSeconds) {
    return new Answer(
        "A process that is refused by the old database holds a pool from before.",
        "It follows within " + metadataTtlSeconds + " s; one that does not has to be restarted.");
  }

  /**
   * A dump that is larger than one would think.
   *
   * @param queues schemas of queues that the dump holds
   * @param largest the largest tables with their sizes, as people read them
   */
  public static Answer hugeDump(List<String> queues, List<String> largest) {
    var queued =
        queues.isEmpty()
            ? ""
            : "it holds the queue " + String.join(", ", queues) + ", which belongs into no dump; ";
    return new Answer(
        queued + "its largest tables are " + String.join(", ", largest),
        (queues.isEmpty() ? "" : "add it to queue-schemas in the estate's file; ")
            + "for a tenant of that size, a restore to a moment (/tenant-restore) needs no dump");
  }
}
