package io.countersign.azure;

import static io.countersign.azure.AzureRig.settled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.estate.LoginTrial;
import io.countersign.estate.ServerRestorer.Copy;
import io.countersign.estate.ServerRestorer.Progress;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import io.countersign.sandbox.azure.Backing.State;
import io.countersign.sandbox.azure.Faults;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlexibleServerRestorerTest extends WithAzure {
  private static final String SERVERS = "/flexibleServers/";

  @BeforeEach
  void fresh() {
    rig.fresh();
  }

  private long puts() {
    return rig.azure.faults().calls().stream()
        .filter(it -> it.method().equals("PUT") && !it.path().contains("/firewallRules/"))
        .count();
  }

  private static Progress.Working working(Progress progress) {
    assertThat(progress).isInstanceOf(Progress.Working.class);
    return (Progress.Working) progress;
  }

  private static Progress.Broken broken(Progress progress) {
    assertThat(progress).isInstanceOf(Progress.Broken.class);
    return (Progress.Broken) progress;
  }

  @Test
  void a_copy_is_asked_for_once_for_the_moment_with_tags_that_say_whose_it_is() {
    rig.backing.ends(5, new State.Made("copy.example.test"));
    var copy = rig.copy(1);

    assertThat(settled(rig.bot(), copy)).isInstanceOf(Progress.Ready.class);

    assertThat(puts()).isEqualTo(1);
    assertThat(rig.backing.begun())
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.target()).isEqualTo(copy.target());
              assertThat(it.source()).isEqualTo(copy.source().name());
              assertThat(it.run()).isEqualTo(AzureRig.RUN.value());
            });
    assertThat(rig.azure.faults().calls())
        .filteredOn(it -> it.method().equals("PUT") && it.path().endsWith("-a1"))
        .singleElement()
        .satisfies(
            it ->
                assertThat(it.body())
                    .contains("countersign-expires", "countersign-source", "PointInTimeRestore"));
  }

  @Test
  void what_is_ready_is_said_to_be_stated_by_azure_and_its_address_is_found_by_any_bot() {
    var copy = rig.copy(1);

    var ready = (Progress.Ready) settled(rig.bot(), copy);

    assertThat(ready.exactness().statement()).contains("as Azure states");
    var login = rig.bot().login(copy.server()).orElseThrow();
    assertThat(login.host()).isEqualTo("copy.example.test");
    assertThat(login.port()).isEqualTo(5432);
    assertThat(login.password().reveal()).isEqualTo(AzureRig.PASSWORD);
  }

  @Test
  void a_server_that_is_no_copy_is_not_even_asked_for() {
    assertThat(rig.bot().login(AzureRig.SOURCE)).isEmpty();

    assertThat(rig.azure.faults().calls()).isEmpty();
  }

  @Test
  void each_visit_of_a_restore_under_way_is_one_request() {
    rig.backing.ends(50, new State.Made("copy.example.test"));
    var bot = rig.bot();
    var memo = working(bot.visit(rig.copy(1), "")).memo();
    int before = rig.azure.faults().calls().size();

    working(bot.visit(rig.copy(1), memo));

    assertThat(rig.azure.faults().calls()).hasSize(before + 1);
    assertThat(rig.azure.faults().calls().getLast().path()).contains("azureAsyncOperation");
  }

  /** Before PUT, after it without an answer, after it without a journal, between two looks. */
  @ParameterizedTest
  @ValueSource(strings = {"call lost", "answer lost", "journal lost", "between looks"})
  void wherever_the_bot_dies_there_is_one_server_and_it_becomes_ready(String where) {
    rig.backing.ends(8, new State.Made("copy.example.test"));
    var copy = rig.copy(1);
    var puts = Faults.calls("PUT", SERVERS);
    switch (where) {
      case "call lost" -> rig.azure.faults().loseCall(puts, 1);
      case "answer lost" -> rig.azure.faults().loseAnswer(puts, 1);
      default -> {}
    }

    var told = rig.bot().visit(copy, "");
    var kept = where.equals("journal lost") ? "" : working(told).memo();
    if (where.equals("between looks")) {
      kept = working(rig.bot().visit(copy, kept)).memo();
    }

    assertThat(settledFrom(copy, kept)).isInstanceOf(Progress.Ready.class);
    assertThat(rig.azure.manager().servers())
        .containsExactlyInAnyOrder(AzureRig.SOURCE.name(), copy.server().name());
    assertThat(rig.backing.begun()).hasSize(1);
  }

  /** Each visit by a bot that was just started. */
  private Progress settledFrom(Copy copy, String kept) {
    var memo = kept;
    for (int visit = 0; visit < 50; visit++) {
      var progress = rig.bot().visit(copy, memo);
      if (!(progress instanceof Progress.Working working)) {
        return progress;
      }
      memo = working.memo();
    }
    throw new AssertionError("it is never done");
  }

  @Test
  void an_operation_that_fails_after_forty_looks_ends_with_the_services_own_words() {
    rig.backing.ends(41, new State.Failed("RestoreStorageFull", "The disk of the copy is full."));

    var broken = broken(settled(rig.bot(), rig.copy(1)));

    assertThat(broken.problem().happened())
        .contains("RestoreStorageFull")
        .contains("The disk of the copy is full.");
    assertThat(rig.azure.faults().count("GET", "azureAsyncOperation")).isEqualTo(41);
    assertThat(puts()).isEqualTo(1);
  }

  @Test
  void an_accepted_request_without_a_body_is_followed_as_well() {
    rig.azure.manager().habits().emptyAnswers(true);
    rig.backing.ends(3, new State.Made("copy.example.test"));

    assertThat(settled(rig.bot(), rig.copy(1))).isInstanceOf(Progress.Ready.class);
    assertThat(puts()).isEqualTo(1);
  }

  @Test
  void an_operation_that_is_forgotten_is_replaced_by_a_look_at_the_server() {
    rig.azure.manager().habits().forgetful(true);
    rig.backing.ends(3, new State.Made("copy.example.test"));

    assertThat(settled(rig.bot(), rig.copy(1))).isInstanceOf(Progress.Ready.class);
  }

  @Test
  void a_copy_that_vanishes_is_waited_for_and_then_named_but_never_asked_for_again() {
    var bot = rig.bot();
    rig.backing.ends(50, new State.Made("copy.example.test"));
    var memo = working(bot.visit(rig.copy(1), "")).memo();
    rig.azure.manager().vanish(rig.copy(1).server().name());
    rig.azure.manager().habits().forgetful(true);

    memo = working(bot.visit(rig.copy(1), memo)).memo();
    rig.clock.pass(Duration.ofMinutes(31));
    var broken = broken(bot.visit(rig.copy(1), memo));

    assertThat(broken.problem().next()).contains("activity-log");
    assertThat(puts()).isEqualTo(1);
  }

  @Test
  void how_long_azure_asks_to_wait_is_handed_on_and_nothing_waits_inside() {
    rig.azure.manager().habits().retryAfter(17);
    rig.backing.ends(50, new State.Made("copy.example.test"));
    var bot = rig.bot();
    var begun = working(bot.visit(rig.copy(1), ""));

    assertThat(working(bot.visit(rig.copy(1), begun.memo())).pause())
        .isEqualTo(Duration.ofSeconds(17));

    rig.azure.faults().refuse(Faults.calls("GET", "azureAsyncOperation"), 1, Faults.tooMany(600));
    var busy = working(bot.visit(rig.copy(1), begun.memo()));
    assertThat(busy.pause()).isEqualTo(Duration.ofMinutes(10));
    assertThat(busy.doing()).contains("429");
    assertThat(working(bot.visit(rig.copy(1), busy.memo())).doing()).contains("restoring");
  }

  @Test
  void a_busy_azure_is_waited_for_before_the_first_request_as_well_but_not_for_ever() {
    rig.azure.faults().refuse(Faults.calls("PUT", SERVERS), 3, Faults.tooMany(60));
    var bot = rig.bot();

    var first = working(bot.visit(rig.copy(1), ""));
    assertThat(first.pause()).isEqualTo(Duration.ofMinutes(1));
    rig.clock.pass(Duration.ofMinutes(31));

    assertThat(broken(bot.visit(rig.copy(1), first.memo())).problem().happened()).contains("429");
  }

  @Test
  void a_token_that_azure_takes_no_more_is_asked_for_anew_in_the_middle_of_a_restore() {
    rig.backing.ends(5, new State.Made("copy.example.test"));
    var bot = rig.bot();
    var memo = working(bot.visit(rig.copy(1), "")).memo();
    rig.azure.tokens().revoke();

    assertThat(working(bot.visit(rig.copy(1), memo)).doing()).contains("restoring");
    assertThat(puts()).isEqualTo(1);
  }

  @Test
  void a_token_that_is_refused_all_the_time_does_not_lose_a_restore_but_ends_it_after_a_while() {
    rig.backing.ends(5, new State.Made("copy.example.test"));
    var bot = rig.bot();
    var memo = working(bot.visit(rig.copy(1), "")).memo();
    var no = io.countersign.sandbox.azure.Answer.error(401, "Anything", "No.");
    rig.azure.faults().refuse(Faults.calls("GET", "azureAsyncOperation"), 100, no);

    var refused = working(bot.visit(rig.copy(1), memo));

    assertThat(refused.doing()).contains("401");
    assertThat(rig.azure.faults().count("GET", "azureAsyncOperation")).isEqualTo(2);
    rig.clock.pass(Duration.ofMinutes(31));
    assertThat(broken(bot.visit(rig.copy(1), refused.memo())).problem().next())
        .contains("azure.identity");
  }

  @Test
  void a_vault_that_is_away_when_the_copy_is_ready_does_not_lose_it() {
    var bot = rig.bot();
    rig.vaultIsAway = true;
    var memo = working(bot.visit(rig.copy(1), "")).memo();
    Progress.Working last;
    do {
      last = working(bot.visit(rig.copy(1), memo));
      memo = last.memo();
    } while (!last.doing().contains("The vault is away."));

    rig.vaultIsAway = false;
    assertThat(bot.visit(rig.copy(1), memo)).isInstanceOf(Progress.Ready.class);
    rig.vaultIsAway = true;
    rig.clock.pass(Duration.ofMinutes(31));
    var late = memo;
    assertThatThrownBy(() -> bot.visit(rig.copy(1), late))
        .isInstanceOf(RestorerUnavailable.class)
        .hasMessageContaining("The vault is away.");
  }

  /** Without its address nobody can ask an operation why; what is gone is said to be gone. */
  @Test
  void a_restore_whose_answer_was_lost_and_that_fails_late_is_not_begun_again() {
    rig.backing.ends(10, new State.Failed("Late", "Too late."));
    rig.azure.faults().loseAnswer(Faults.calls("PUT", SERVERS), 1);
    var bot = rig.bot();
    var memo = working(bot.visit(rig.copy(1), "")).memo();
    for (int visit = 0; visit < 15; visit++) {
      memo = working(bot.visit(rig.copy(1), memo)).memo();
    }
    rig.clock.pass(Duration.ofMinutes(31));

    assertThat(broken(bot.visit(rig.copy(1), memo)).problem().happened())
        .contains("does not show it any more");
    assertThat(puts()).isEqualTo(1);
    assertThat(rig.azure.manager().servers()).containsExactly(AzureRig.SOURCE.name());
  }

  @Test
  void a_moment_that_azure_has_not_kept_yet_is_waited_for() {
    var target = rig.clock.instant().minus(Duration.ofMinutes(5));
    var bot = rig.bot();

    var waiting = working(bot.visit(rig.copy(1, target), ""));

    assertThat(waiting.pause()).isEqualTo(Duration.ofMinutes(10));
    assertThat(puts()).isZero();
    rig.clock.pass(Duration.ofMinutes(10));
    assertThat(settled(bot, rig.copy(1, target))).isInstanceOf(Progress.Ready.class);
  }

  @Test
  void a_moment_before_what_azure_keeps_is_refused_before_anything_is_asked_for() {
    var target = rig.clock.instant().minus(Duration.ofDays(8));

    assertThat(broken(rig.bot().visit(rig.copy(1, target), "")).problem().happened())
        .contains("from");
    assertThat(rig.bot().window(AzureRig.SOURCE).contains(target)).isFalse();
    assertThat(puts()).isZero();
  }

  @Test
  void what_azure_refuses_ends_the_step_with_its_status_and_words() {
    rig.azure
        .faults()
        .refuse(
            Faults.calls("PUT", SERVERS),
            1,
            io.countersign.sandbox.azure.Answer.error(400, "AnyCodeAtAll", "Not that moment."));

    assertThat(broken(rig.bot().visit(rig.copy(1), "")).problem().happened())
        .contains("400", "AnyCodeAtAll", "Not that moment.");
  }

  @Test
  void a_source_that_azure_does_not_know_is_named() {
    rig.azure.manager().vanish(AzureRig.SOURCE.name());

    assertThat(broken(rig.bot().visit(rig.copy(1), "")).problem().happened())
        .contains("no flexible server of that name");
    assertThatThrownBy(() -> rig.bot().window(AzureRig.SOURCE))
        .isInstanceOf(RestorerUnavailable.class)
        .hasMessageContaining("no flexible server of that name");
  }

  // The copy's door

  @Test
  void only_the_bots_address_reaches_a_copy_whatever_it_inherits() {
    rig.azure.manager().habits().inherits(true);

    settled(rig.bot(), rig.copy(1));

    assertThat(rig.azure.manager().rules(rig.copy(1).server().name()).values())
        .containsExactly(AzureRig.BOT_ADDRESS);
    assertThat(rig.azure.manager().rules(AzureRig.SOURCE.name())).hasSize(2);
  }

  @Test
  void nobody_knocks_before_the_door_is_set() {
    rig.azure.manager().habits().inherits(true);
    var bot = rig.bot();
    var memo = working(bot.visit(rig.copy(1), "")).memo();
    rig.trial.knocked.clear();

    var setting = working(bot.visit(rig.copy(1), memo));

    assertThat(setting.doing()).contains("letting the bot alone");
    assertThat(rig.trial.knocked).isEmpty();
  }

  @Test
  void a_copy_that_is_public_where_servers_should_be_private_is_refused() {
    var broken = broken(settled(rig.bot(rig.account(), Optional.empty()), rig.copy(1)));

    assertThat(broken.problem().next()).contains("restore.azure.let-in");
  }

  // The copy's password

  @Test
  void where_the_bot_is_not_the_administrator_that_one_gives_it_todays_password() {
    rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());
    rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());

    assertThat(settled(rig.bot(), rig.copy(1))).isInstanceOf(Progress.Ready.class);

    assertThat(rig.trial.given)
        .containsExactly("medsuite_admin gives countersign_bot " + AzureRig.PASSWORD);
    assertThat(rig.backing.passwords()).hasSize(1);
    assertThat(rig.backing.passwords().getFirst().reveal())
        .isNotEqualTo(AzureRig.PASSWORD)
        .hasSize(32);
  }

  @Test
  void a_bot_that_dies_between_the_two_sets_the_administrators_password_anew() {
    rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());
    rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());
    rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());
    var copy = rig.copy(1);
    var memo = "";
    while (rig.backing.passwords().isEmpty()) {
      memo = working(rig.bot().visit(copy, memo)).memo();
    }

    var another = rig.bot();
    Progress progress = another.visit(copy, memo);
    while (progress instanceof Progress.Working working) {
      progress = another.visit(copy, working.memo());
    }

    assertThat(progress).isInstanceOf(Progress.Ready.class);
    assertThat(rig.backing.passwords()).hasSize(2);
    assertThat(rig.trial.given).hasSize(1);
  }

  @Test
  void where_the_bot_is_the_administrator_it_gets_todays_password_and_nothing_is_made_up() {
    rig.azure
        .manager()
        .standing(
            AzureRig.SOURCE.name(),
            "countersign_bot",
            rig.clock.instant().minus(Duration.ofDays(7)));
    rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());

    assertThat(settled(rig.bot(), rig.copy(1))).isInstanceOf(Progress.Ready.class);

    assertThat(rig.backing.passwords())
        .singleElement()
        .satisfies(it -> assertThat(it.reveal()).isEqualTo(AzureRig.PASSWORD));
    assertThat(rig.trial.given).isEmpty();
  }

  @Test
  void a_copy_that_takes_no_password_is_given_up() {
    for (int i = 0; i < 20; i++) {
      rig.trial.answers.add(new LoginTrial.Answer.WrongPassword());
    }

    assertThat(broken(settled(rig.bot(), rig.copy(1))).problem().happened())
        .contains("does not let the bot in as countersign_bot");
    assertThat(rig.backing.passwords()).hasSize(3);
  }

  @Test
  void a_copy_that_cannot_be_reached_is_waited_for_half_an_hour() {
    var bot = rig.bot();
    for (int i = 0; i < 20; i++) {
      rig.trial.answers.add(new LoginTrial.Answer.NotYet("08001 the connection is refused"));
    }
    var memo = "";
    Progress.Working last;
    do {
      last = working(bot.visit(rig.copy(1), memo));
      memo = last.memo();
    } while (!last.doing().contains("08001"));

    rig.clock.pass(Duration.ofMinutes(31));

    assertThat(broken(bot.visit(rig.copy(1), memo)).problem().next()).contains("let-in");
  }

  // Removal
}
