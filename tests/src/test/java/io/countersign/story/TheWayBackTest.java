package io.countersign.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.countersign.sandbox.slack.Message;
import io.countersign.sandbox.slack.Workspace;
import io.countersign.support.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * After a swap: the way back, and what becomes of the database that was kept. Three tenants were
 * restored; each goes another way, and then a week passes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TheWayBackTest {
  private final Stage stage = Stage.open();
  private final Map<String, String> before = new HashMap<>();
  private final Map<String, String> after = new HashMap<>();

  @BeforeAll
  void three_tenants_are_restored() {
    assertThat(stage.command(Workspace.ALICE, "/tenant-rollback", "acme").rendered())
        .contains("No swap or flip of acme has kept a database, so there is nothing to go back to");
    var runs = new ArrayList<Stage.Run>();
    for (var slug : new String[] {"acme", "globex", "north-clinic"}) {
      before.put(slug, stage.oid(slug));
      runs.add(stage.start(slug));
    }
    for (var run : runs) {
      var slug = run.slug();
      if (slug.equals("north-clinic")) {
        stage.awaitCard(run);
        stage
            .world()
            .execute("medsuite", "REVOKE INSERT ON identity.tenant_audit FROM countersign_bot");
      }
      assertThat(stage.click(Workspace.BOB, stage.awaitCard(run), Stage.APPROVE))
          .contains("Your approval counts");
      stage.awaitEnded(run);
      after.put(slug, stage.oid(slug));
      assertThat(after.get(slug)).isNotEqualTo(before.get(slug));
    }
    stage.world().execute("medsuite", "GRANT INSERT ON identity.tenant_audit TO countersign_bot");
  }

  @AfterAll
  void close() {
    stage.close();
  }

  private String schedule(String slug, String column) {
    return stage.journal(
        "SELECT string_agg(%s, ',' ORDER BY made_at) FROM countersign.schedule WHERE tenant = '%s'"
            .formatted(column, slug));
  }

  @Test
  @Order(1)
  void a_denied_rollback_leaves_everything_as_it_was() {
    var run = stage.rollBack("globex");
    var card = stage.awaitCard(run);
    assertThat(card.rendered()).contains("roll globex back", "Approve the rollback");
    assertThat(stage.click(Workspace.ALICE, card, Stage.APPROVE)).contains("somebody else");
    stage.slack().click(Workspace.BOB, card, "gate.deny");
    assertThat(
            stage
                .slack()
                .awaitView(
                    Workspace.BOB,
                    it -> it.callbackId().equals("gate.deny"),
                    java.time.Duration.ofSeconds(20)))
        .isPresent();
    stage
        .slack()
        .submit(Workspace.BOB, Map.of("reason", Map.of("reason", "globex is right as it is")));
    assertThat(stage.awaitEnded(run)).startsWith("Not done").contains("globex is unfrozen");
    assertThat(stage.oid("globex")).isEqualTo(after.get("globex"));
    assertThat(stage.status("globex")).isEqualTo("active");
    assertThat(stage.settings("globex")).doesNotContain("default_transaction_read_only");
    assertThat(schedule("globex", "state")).isEqualTo("PENDING");
  }

  @Test
  @Order(2)
  void an_approved_rollback_brings_the_very_database_back_writable_and_takes_it_off_the_schedule() {
    // since the swap: 3 rows more, 2 fewer, 1 other
    stage
        .world()
        .execute(
            "tenant_acme",
            """
            INSERT INTO members.claim (member_id, amount)
            SELECT (SELECT min(id) FROM members.member), 10 FROM generate_series(1, 3);
            DELETE FROM members.address
             WHERE id IN (SELECT id FROM members.address ORDER BY id LIMIT 2);
            UPDATE identity.organization SET name = name || ' (new)'
             WHERE id = (SELECT min(id) FROM identity.organization)\
            """);
    var number = "SELECT last_value FROM members.claim_number_seq";
    var given = Long.parseLong(stage.world().one("tenant_acme", number));
    var run = stage.rollBack("acme");
    var card = stage.awaitCard(run);
    assertThat(card.rendered())
        .contains("3 rows that are there now go and 1 changes, what was written since then among")
        .contains("Comes back: 2 rows · goes: 3 rows · changes: 1 row")
        .contains("members.claim 3 go", "members.address 2 back", "identity.organization 1 change")
        .contains("6 numbers given since would be given again; the sequences are moved on")
        .contains("wait in the kept database and not in the live one")
        .contains("Becomes live: tenant_acme_pre_pitr_", "OID " + before.get("acme"));
    assertThat(stage.click(Workspace.BOB, card, Stage.APPROVE)).contains("Your approval counts");
    assertThat(stage.awaitEnded(run)).startsWith("acme is rolled back");
    assertThat(Long.parseLong(stage.world().one("tenant_acme", number))).isEqualTo(given);
    assertThat(stage.oid("acme")).isEqualTo(before.get("acme"));
    assertThat(stage.status("acme")).isEqualTo("active");
    assertThat(stage.settings("acme")).doesNotContain("default_transaction_read_only");
    assertThat(
            stage
                .world()
                .one(
                    "postgres", "SELECT datname FROM pg_database WHERE oid = " + after.get("acme")))
        .startsWith("tenant_acme_rolled_back_");
    assertThat(schedule("acme", "state")).isEqualTo("CANCELLED,PENDING");
    stage.world().execute("tenant_acme", "UPDATE members.member SET birth_year = birth_year");
  }

  @Test
  @Order(3)
  void a_run_that_needs_a_person_can_be_left_as_it_is_and_lets_the_tenant_go() {
    var needy =
        stage.journal(
            "SELECT id FROM countersign.run WHERE subject = 'medsuite/north-clinic' AND ended_at IS"
                + " NULL");
    assertThat(stage.command(Workspace.ALICE, "/tenant-rollback", "north-clinic").rendered())
        .contains("Start");
    var run =
        new Stage.Run(
            needy,
            "north-clinic",
            stage.slack().messages(Workspace.INCIDENT).stream()
                .filter(it -> it.threadTs() == null && it.rendered().contains("run " + needy))
                .findFirst()
                .orElseThrow());
    assertThat(stage.click(Workspace.CAROL, stage.rootOf(run), "run.leave"))
        .contains("Only a PLATFORM_ADMIN can do this");
    assertThat(stage.click(Workspace.DANA, stage.rootOf(run), "run.leave"))
        .contains("everything stays as it is");
    assertThat(stage.awaitHeadline(run, "Not done")).contains("left as it stands by");
    var back = stage.rollBack("north-clinic");
    assertThat(stage.click(Workspace.BOB, stage.awaitCard(back), Stage.APPROVE))
        .contains("Your approval counts");
    stage.awaitEnded(back);
    assertThat(stage.oid("north-clinic")).isEqualTo(before.get("north-clinic"));
  }

  @Test
  @Order(4)
  void a_week_later_each_kept_database_is_asked_about_and_what_is_live_is_not() {
    // as if the rollback's cancelling had been lost: the old row waits again
    var database = stage.world().medsuite().journalLogin().database();
    stage
        .world()
        .execute(
            database,
            """
            ALTER TABLE countersign.schedule DISABLE TRIGGER USER;
            UPDATE countersign.schedule SET state = 'PENDING', why = NULL
             WHERE tenant = 'acme' AND state = 'CANCELLED';
            ALTER TABLE countersign.schedule ENABLE TRIGGER USER\
            """);
    stage.skip("7 days 1 minute");

    var globex = stage.awaitScheduled("globex", "Dropping globex's kept database");
    var card = stage.awaitCard(globex);
    assertThat(card.rendered())
        .contains("tenant_globex_pre_pitr_", "be dropped for ever?", "OID " + before.get("globex"))
        .doesNotContain("Approve the swap");
    assertThat(pressedWithoutTyping(card)).contains("type globex exactly");
    assertThat(stage.type(Workspace.ALICE, card, "globex")).contains("You asked for this run");
    assertThat(stage.type(Workspace.CAROL, card, "globex")).contains("Only a PLATFORM_ADMIN");
    assertThat(stage.type(Workspace.BOB, card, "acme")).contains("type globex exactly");
    assertThat(stage.type(Workspace.BOB, card, "globex")).contains("Your approval counts");
    assertThat(stage.awaitEnded(globex)).contains("was dropped for ever");
    assertThat(stage.besides("globex")).isEmpty();
    assertThat(stage.oid("globex")).isEqualTo(after.get("globex"));
    assertThat(schedule("globex", "state")).isEqualTo("DONE");

    var acme = stage.awaitScheduled("acme", "Dropping acme's kept database");
    assertThat(stage.awaitCard(acme).rendered())
        .contains("tenant_acme_rolled_back_", "OID " + after.get("acme"));
    assertThat(schedule("acme", "state")).isEqualTo("CANCELLED,RUNNING");
    assertThat(schedule("acme", "why")).contains("no database has the name");
    assertThat(stage.oid("acme")).isEqualTo(before.get("acme"));
  }

  /** A forged click: the action of the plain button, with this card's key. */
  private String pressedWithoutTyping(Message card) {
    var key =
        stage.journal(
            "SELECT id || '|' || digest || '|' || nonce FROM countersign.gate WHERE phrase ="
                + " 'globex' AND status = 'OPEN'");
    var forged = JsonNodeFactory.instance.objectNode();
    forged
        .putArray("actions")
        .addObject()
        .put("action_id", Stage.APPROVE)
        .put("value", key)
        .put("type", "button")
        .put("block_id", "b");
    return stage
        .answered(
            Workspace.BOB, () -> stage.slack().clickRaw(Workspace.BOB, card, "gate.type", forged))
        .rendered();
  }

  @Test
  @Order(5)
  void whoever_keeps_it_or_says_nothing_is_asked_again_a_week_later() {
    var acme = stage.awaitScheduled("acme", "Dropping acme's kept database");
    assertThat(stage.click(Workspace.CAROL, stage.awaitCard(acme), "run.keep"))
        .contains("Only a PLATFORM_ADMIN can do this");
    assertThat(stage.click(Workspace.ALICE, stage.awaitCard(acme), "run.keep"))
        .contains("is cancelled");
    assertThat(stage.awaitEnded(acme)).contains("It stays, and I ask again 7 days later");
    assertThat(schedule("acme", "state")).isEqualTo("CANCELLED,PENDING");

    stage.skip("7 days 1 minute");
    var again = stage.awaitScheduled("acme", "Dropping acme's kept database");
    stage.awaitCard(again);
    stage.skip("7 days 1 minute");
    assertThat(stage.awaitEnded(again)).contains("nobody countersigned in time");
    assertThat(stage.besides("acme")).hasSize(1);

    stage.skip("7 days 1 minute");
    var third = stage.awaitScheduled("acme", "Dropping acme's kept database");
    var card = stage.awaitCard(third);
    stage
        .world()
        .execute(
            "postgres",
            "ALTER DATABASE \""
                + stage.besides("acme").iterator().next()
                + "\" ALLOW_CONNECTIONS true");
    assertThat(stage.type(Workspace.BOB, card, "acme")).contains("Your approval counts");
    assertThat(stage.awaitEnded(third)).startsWith("Not done").contains("opened it to connections");
    assertThat(stage.besides("acme")).hasSize(1);
    assertThat(stage.oid("acme")).isEqualTo(before.get("acme"));
  }
}
