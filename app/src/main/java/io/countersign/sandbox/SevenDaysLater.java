package io.countersign.sandbox;

import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.SlackDriver;
import io.countersign.sandbox.slack.Workspace;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The kept database's time has come: the bot asks, and a second person types the tenant's name. */
final class SevenDaysLater {
  private final SandboxWorld world;
  private final Scene scene;
  private final Transcript transcript;
  private final SlackDriver slack;
  private final Consumer<String> skip;

  SevenDaysLater(SandboxWorld world, Scene scene, Transcript transcript, Consumer<String> skip) {
    this.world = world;
    this.scene = scene;
    this.transcript = transcript;
    this.slack = world.slack().driver();
    this.skip = skip;
  }

  void pass() {
    transcript.title("Seven days later");
    transcript.person("(clock)", "skips 7 days");
    skip.accept("7 days");
  }

  /** The bot asks about the database whose name holds this word; Dana wants to keep it. */
  void kept(String tenant, String word, String live) {
    var kept = find(tenant, word);
    var root = scene.rootAbout("kept database " + kept.orElse("(none)"));
    var card = root.flatMap(it -> scene.card(it, "gate.type"));
    if (card.isEmpty()) {
      return;
    }
    transcript.person("Dana", "[Keep it for now]");
    slack.click(Workspace.DANA, card.get(), "run.keep");
    scene.awaitEnd(root.orElseThrow());
    transcript.check("it stays", there(kept.orElseThrow()), world.databases());
    transcript.check(
        tenant + "'s live database was not asked about and is there",
        oid("tenant_" + tenant).equals(live),
        oid("tenant_" + tenant));
  }

  /** The bot asks about the database whose name holds this word, and it is dropped. */
  void dropped(String tenant, String word) {
    var kept = find(tenant, word);
    transcript.check(tenant + "'s kept database is there", kept.isPresent(), world.databases());
    var live = oid("tenant_" + tenant);
    var root = scene.rootAbout("kept database " + kept.orElse("(none)"));
    if (kept.isEmpty() || root.isEmpty()) {
      return;
    }
    var card = scene.card(root.get(), "gate.type");
    if (card.isEmpty()) {
      return;
    }
    transcript.check(
        "it asks about that database and no other",
        scene.headline(card.get()).contains(kept.get()),
        scene.headline(card.get()));
    typed("Alice", Workspace.ALICE, card.get(), tenant);
    transcript.check("Alice, who asked for the restore, is refused", there(kept.get()), "dropped");
    typed("Bob", Workspace.BOB, card.get(), "globexx");
    transcript.check("a mistyped name is refused", there(kept.get()), "dropped");
    typed("Bob", Workspace.BOB, card.get(), tenant);
    scene.awaitEnd(root.get());
    transcript.check("the kept database is gone", !there(kept.get()), world.databases());
    transcript.check(
        tenant + " is the same database as before",
        oid("tenant_" + tenant).equals(live),
        oid("tenant_" + tenant));
    transcript.check(
        "the product's audit table says so",
        world
            .one(
                "medsuite",
                "SELECT count(*) FROM identity.tenant_audit WHERE action ="
                    + " 'TENANT_KEPT_DATABASE_DROPPED'")
            .equals("1"),
        "it does not");
  }

  private void typed(String name, String person, Message card, String word) {
    transcript.person(name, "[Approve and type…] " + word);
    int seen = slack.ephemerals(person).size();
    slack.click(person, card, "gate.type");
    var form = slack.awaitView(person, it -> it.callbackId().equals("gate.type"), Scene.SOON);
    if (form.isEmpty()) {
      transcript.check(name + " sees the form", false, slack.views(person));
      return;
    }
    slack.submit(person, Map.of("typed", Map.of("typed", word)));
    slack.await(it -> it.ephemerals(person).size() > seen, Scene.SOON);
    transcript.bot("(only to " + name + ") " + scene.last(person));
  }

  private Optional<String> find(String tenant, String word) {
    return world.databases().stream()
        .filter(it -> it.startsWith("tenant_" + tenant + "_" + word + "_"))
        .findFirst();
  }

  private boolean there(String database) {
    return world.databases().contains(database);
  }

  private String oid(String database) {
    return world.one("postgres", "SELECT oid FROM pg_database WHERE datname = '" + database + "'");
  }
}
