package io.countersign.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.sandbox.postgres.MedsuiteWorld;
import io.countersign.server.Bot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The real actions of the real runbooks, killed between any two of their effects: after each step
 * was written down and before it acts, and after it acted and before that is written down. Three
 * tenants go through three points at a time, first restored, then rolled back.
 */
@Tag("chaos")
class SigkillSweepTest {
  /** {@code -Drounds=} for a short form. */
  private static final int ROUNDS = Integer.getInteger("rounds", Integer.MAX_VALUE);

  private static final Pattern STEP = Pattern.compile("(?m)^  - id: (\\S+)");
  private static final Pattern GATE = Pattern.compile("(?m)^    gate:");

  /**
   * A place where the bot is killed.
   *
   * @param late whether it lies behind the gate
   */
  private record Point(String where, boolean late) {}

  @Test
  void killed_between_any_two_effects_every_run_ends_as_it_should() throws IOException {
    var forth = points("tenant-restore");
    var back = points("tenant-rollback");
    int rounds = Math.min(ROUNDS, (Math.max(forth.size(), back.size()) + 2) / 3);
    try (var bots = new Bots(Bot.HEARTBEAT)) {
      bots.mangle(Bots.SLUGS);
      for (int round = 0; round < rounds; round++) {
        var before = oids(bots);
        round(bots, "/tenant-restore", bots::command, forth, round);
        var restored = oids(bots);
        Bots.SLUGS.forEach(
            it -> {
              assertThat(restored.get(it)).as(it).isNotEqualTo(before.get(it));
              assertThat(bots.kept(it)).as("kept of %s", it).isEqualTo(before.get(it));
              assertThat(bots.members(MedsuiteWorld.databaseOf(it)))
                  .isEqualTo(bots.tenant(it).members());
            });
        requireOpen(bots, "TENANT_PITR_RESTORED", round + 1);

        round(bots, "/tenant-rollback", it -> it, back, round);
        assertThat(oids(bots)).as("the very databases are back").isEqualTo(before);
        requireOpen(bots, "TENANT_PITR_ROLLED_BACK", round + 1);
        Bots.SLUGS.forEach(it -> bots.dropBeside(it));
        bots.requireNothingLeft();
      }
    }
    System.out.printf(
        "SIGKILL between two effects: tenant-restore %d of %d points, tenant-rollback %d of %d%n",
        Math.min(3 * rounds, forth.size()),
        forth.size(),
        Math.min(3 * rounds, back.size()),
        back.size());
  }

  /** Two points per step, in the order of the file. */
  private static List<Point> points(String runbook) throws IOException {
    var text = Files.readString(Path.of("../runbooks", runbook + ".yaml"));
    var gate = GATE.matcher(text);
    assertThat(gate.find()).isTrue();
    var starts = STEP.matcher(text).results().toList();
    var points = new ArrayList<Point>();
    for (int at = 0; at < starts.size(); at++) {
      int end = at + 1 < starts.size() ? starts.get(at + 1).start() : text.length();
      boolean late = end > gate.start();
      var step = starts.get(at).group(1);
      points.add(new Point("started " + step + "/1", late));
      points.add(new Point("acted " + step + "/1", late));
    }
    return points;
  }

  private static Map<String, String> oids(Bots bots) {
    var oids = new HashMap<String, String>();
    Bots.SLUGS.forEach(it -> oids.put(it, bots.oid(MedsuiteWorld.databaseOf(it))));
    return oids;
  }

  /**
   * Each tenant's run comes to a point of its own; then the bot is killed, and the next one ends
   * them.
   */
  private static void round(
      Bots bots, String command, UnaryOperator<String> text, List<Point> points, int round) {
    var bot = bots.start();
    bot.shut();
    var late = new ArrayList<String>();
    var early = new ArrayList<String>();
    for (int tenant = 0; tenant < Bots.SLUGS.size(); tenant++) {
      var slug = Bots.SLUGS.get(tenant);
      var point = points.get((3 * round + tenant) % points.size());
      System.out.printf("%s %s is killed at %s%n", command, slug, point.where());
      (point.late() ? late : early).add(slug);
      bot.holdAt(bots.ask(slug, command, text.apply(slug)), point.where());
    }
    bot.open();
    late.forEach(it -> bots.approve(bots.card(it)));
    Bots.SLUGS.forEach(it -> bot.awaitAt(bots.run(it)));
    bot.kill();
    var next = bots.start();
    early.forEach(it -> bots.approve(bots.card(it)));
    bots.awaitAllEnded();
    next.kill();
  }

  private static void requireOpen(Bots bots, String event, int audits) {
    for (var slug : Bots.SLUGS) {
      assertThat(bots.status(slug)).as("status of %s", slug).isEqualTo("active");
      assertThat(bots.asApplication(slug, "SHOW default_transaction_read_only")).isEqualTo("off");
      assertThat(bots.audited(slug, event)).as("audit rows of %s", slug).isEqualTo("" + audits);
    }
  }
}
