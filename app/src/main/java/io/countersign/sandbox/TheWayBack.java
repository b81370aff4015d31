package io.countersign.sandbox;

import io.countersign.sandbox.slack.Workspace;
import java.time.Instant;
import java.time.InstantSource;

/** A second story: the wrong tenant was restored, and is rolled back. */
final class TheWayBack {
  private static final String LIVE = "tenant_globex";

  private final SandboxWorld world;
  private final Scene scene;
  private final Transcript transcript;
  private final InstantSource clock;

  TheWayBack(SandboxWorld world, Scene scene, Transcript transcript, InstantSource clock) {
    this.world = world;
    this.scene = scene;
    this.transcript = transcript;
    this.clock = clock;
  }

  /**
   * @param moment to which globex is restored by mistake
   */
  void play(Instant moment) {
    transcript.title("A second story: globex is restored by mistake");
    var before = oid();
    var rows = members();
    if (!swapped(
        "/tenant-restore",
        "globex to " + Typed.time(moment, clock.instant()) + " because wrong tenant")) {
      return;
    }
    var restored = oid();
    transcript.check("globex is another database now", !restored.equals(before), restored);
    transcript.title("Alice wants globex back as it was");
    if (!swapped("/tenant-rollback", "globex because it was the wrong tenant")) {
      return;
    }
    transcript.check("globex is the database that it was before", oid().equals(before), oid());
    transcript.check("with every row", members().equals(rows), members());
    transcript.check(
        "and takes connections and writes again: no read-only preset is left",
        world
            .one(
                "postgres",
                "SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid ="
                    + " s.setdatabase WHERE d.datname = 'tenant_globex' AND"
                    + " array_to_string(s.setconfig, ',') LIKE '%read_only%'")
            .equals("0"),
        "it is read-only");
    transcript.check(
        "globex is active",
        world
            .one("medsuite", "SELECT status FROM identity.tenant WHERE slug = 'globex'")
            .equals("active"),
        "it is not");
    transcript.check(
        "the drop of what is live again is cancelled",
        world
            .one(
                world.medsuite().journalLogin().database(),
                "SELECT count(*) FROM countersign.schedule WHERE tenant = 'globex' AND state ="
                    + " 'CANCELLED'")
            .equals("1"),
        "it is not");
  }

  private boolean swapped(String command, String typed) {
    var root = scene.start(command, typed);
    var card = root.flatMap(it -> scene.card(it, "gate.approve"));
    if (card.isEmpty()) {
      return false;
    }
    scene.approve("Bob", Workspace.BOB, card.get());
    return scene.awaitEnd(root.get());
  }

  private String oid() {
    return world.one("postgres", "SELECT oid FROM pg_database WHERE datname = '" + LIVE + "'");
  }

  private String members() {
    return world.one(LIVE, "SELECT count(*) FROM members.member");
  }
}
