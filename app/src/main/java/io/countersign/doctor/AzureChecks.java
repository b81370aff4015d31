package io.countersign.doctor;

import io.countersign.RunId;
import io.countersign.azure.AzureLook;
import io.countersign.estate.ServerRestorer;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;

/** The bot's rights in Azure, the servers there, and copies that were left behind. */
final class AzureChecks {
  private final String estate;
  private final AzureLook azure;
  private final ServerRestorer restorer;
  private final InstantSource clock;
  private final Results results = new Results();

  AzureChecks(String estate, AzureLook azure, ServerRestorer restorer, InstantSource clock) {
    this.clock = clock;
    this.estate = estate;
    this.azure = azure;
    this.restorer = restorer;
  }

  /** What is the same for all servers. */
  List<Result> look() {
    rights();
    leftovers();
    return results.list();
  }

  private void rights() {
    var what = "the bot's rights in Azure for " + estate;
    try {
      var missing = azure.missing();
      missing.forEach(
          it ->
              results.finding(
                  what,
                  "It may not " + it.action() + ", which it needs " + it.purpose() + ".",
                  it.remedy(azure.scope())));
      if (missing.isEmpty()) {
        results.fine(what, "all that a restore takes");
      }
    } catch (AzureLook.NotSeen unseen) {
      results.finding(what, unseen.problem());
    }
  }

  /**
   * What is the bot's in the vault.
   *
   * @param writing whether runs of the estate store secrets
   */
  List<Result> vault(URI vault, boolean writing) {
    var what = "the bot's rights on the secrets of " + estate + " in Azure";
    var seen = new Results();
    try {
      var found = azure.missing(vault, writing);
      found
          .missing()
          .forEach(
              it ->
                  seen.finding(
                      what,
                      "It may not " + it.action() + ", which it needs " + it.purpose() + ".",
                      it.remedy(found.scope())));
      if (found.missing().isEmpty()) {
        seen.fine(what, writing ? "to read and to write" : "to read; no run writes one");
      }
    } catch (AzureLook.NotSeen unseen) {
      seen.finding(what, unseen.problem());
    }
    return seen.list();
  }

  private void leftovers() {
    var what = "copies of servers in Azure of " + estate;
    try {
      var left =
          restorer.standing(estate).stream()
              .filter(it -> it.expires().filter(at -> at.isBefore(clock.instant())).isPresent())
              .toList();
      left.forEach(
          it ->
              results.finding(
                  what,
                  it.name()
                      + ", made by run "
                      + it.run().map(RunId::value).orElse("(its tag is gone)")
                      + ", should have been gone by "
                      + it.expires().orElseThrow()
                      + ". It holds every tenant's data.",
                  "look whether the run still goes; if not, " + it.remedy()));
      if (left.isEmpty()) {
        results.fine(what, "none is left behind");
      }
    } catch (RestorerUnavailable unavailable) {
      results.finding(what, unavailable.problem());
    }
  }

  /** One server. */
  List<Result> server(String name) {
    var what = "the server " + name + " in Azure";
    var seen = new Results();
    try {
      azure
          .server(name)
          .ifPresentOrElse(
              it -> seen.fine(what, it.state() + ", kept for " + it.retentionDays() + " days"),
              () ->
                  seen.finding(
                      what,
                      "There is none of that name in " + azure.scope() + ".",
                      "call it the same in the registry and in Azure, or correct"
                          + " azure.resource-group in the estate's file."));
    } catch (AzureLook.NotSeen unseen) {
      seen.finding(what, unseen.problem());
    }
    return seen.list();
  }
}
