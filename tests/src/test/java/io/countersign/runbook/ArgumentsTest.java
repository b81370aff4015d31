package io.countersign.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Role;
import io.countersign.estate.ServerRef;
import io.countersign.runbook.Arguments.Parsed;
import io.countersign.runbook.Arguments.Said;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
  /** 14:51 in Madrid. */
  private static final Clockwork CLOCK =
      new Clockwork(Instant.parse("2026-04-22T12:51:00Z"), ZoneId.of("Europe/Madrid"));

  private static final Runbook RESTORE =
      runbook(
          parameter("tenant", ValueType.TENANT),
          parameter("to", ValueType.INSTANT),
          withDefault("strategy", new Value.Choice("swap"), "swap", "flip"),
          withDefault("reason", new Value.Text("")));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme to 14:30",
        "acme 14:30",
        "tenant=acme to=14:30",
        "to 14:30 tenant acme",
        "tenant=acme 14:30",
        "Acme To today at 14:30",
        "acme to 2026-04-22 14:30",
        "acme to 2026-04-22T12:30Z",
        "acme to 21 minutes ago",
        "acme 21 min ago",
        " acme\u00a0to\n14:30 "
      })
  void tenant_and_time_are_said_in_many_ways(String text) {
    var values = values(text);

    assertThat(values).containsOnlyKeys("tenant", "to");
    assertThat(values.get("tenant")).isEqualTo(new Said.Tenant(Optional.empty(), "acme"));
    assertThat(values.get("to"))
        .isInstanceOfSatisfying(
            Said.Time.class,
            it -> assertThat(it.reading().moment()).isEqualTo("2026-04-22T12:30:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme to 14:30 because bad migration to 15:00",
        "acme to 14:30 reason bad migration to 15:00",
        "acme to 14:30 reason=bad migration to 15:00"
      })
  void the_reason_goes_on_to_the_end(String text) {
    assertThat(values(text))
        .containsEntry("reason", new Said.Is(new Value.Text("bad migration to 15:00")));
  }

  @Test
  void a_choice_may_follow_without_its_name() {
    assertThat(values("acme 14:30 FLIP because x"))
        .containsEntry("strategy", new Said.Is(new Value.Choice("flip")));
  }

  @Test
  void an_estate_may_stand_before_the_tenant() {
    assertThat(values("medsuite/acme 14:30"))
        .containsEntry("tenant", new Said.Tenant(Optional.of("medsuite"), "acme"));
  }

  @Test
  void a_bare_server_belongs_to_the_only_estate() {
    var read = Arguments.parse(runbook(parameter("server", ValueType.SERVER)), "pg-1", CLOCK);

    assertThat(read)
        .isEqualTo(
            new Parsed.Read(
                Map.of(
                    "server", new Said.Is(new Value.OfServer(new ServerRef("medsuite", "pg-1"))))));
  }

  @Test
  void a_time_that_may_be_yesterdays_is_handed_back_to_be_asked() {
    var night = new Clockwork(Instant.parse("2026-04-21T22:20:00Z"), CLOCK.zone());

    assertThat(Arguments.parse(RESTORE, "acme 14:30", night))
        .isInstanceOfSatisfying(
            Parsed.Read.class,
            it -> assertThat(it.values().get("to")).isInstanceOf(Said.TimeToAsk.class));
  }

  @Test
  void what_is_missing_is_named_with_an_example() {
    assertThat(problems("acme"))
        .containsExactly(
            "\"to\" is missing. " + Times.FORMS, "For example: /tenant-restore acme to 14:30");
  }

  @Test
  void everything_wrong_is_said_at_once() {
    assertThat(problems("acme! to 15:00 strategy flop to 14:00 because " + "x".repeat(301)))
        .containsExactly(
            "\"to\" is said twice: say it once.",
            "\"15:00\" lies in the future (15:00 today, Europe/Madrid = 13:00 UTC)."
                + " Say a past moment.",
            "\"flop\" is no choice for \"strategy\". Did you mean flip?",
            "\"reason\" has 301 characters, more than 300. Shorten it.",
            "\"acme!\" is no tenant's name. Say the tenant's name, such as acme.",
            "For example: /tenant-restore acme to 14:30");
  }

  @Test
  void words_that_mean_nothing_are_named() {
    assertThat(problems("acme 14:30 swap please"))
        .contains("\"please\" means nothing here: leave it out, or say what it is for.");
    assertThat(problems("acme 14:30 strateg=flip"))
        .contains("Nothing is called \"strateg\" here. Did you mean strategy?");
  }

  @Test
  void something_that_is_only_missing_is_no_misreading() {
    assertThat(Arguments.parse(RESTORE, "", CLOCK))
        .isInstanceOfSatisfying(Parsed.Incomplete.class, it -> assertThat(it.values()).isEmpty());
    assertThat(Arguments.parse(RESTORE, "acme strategy flip because x", CLOCK))
        .isInstanceOfSatisfying(
            Parsed.Incomplete.class,
            it -> assertThat(it.values()).containsOnlyKeys("tenant", "strategy", "reason"));
  }

  @ParameterizedTest
  @CsvSource({
    "acme 14:30 strategy=flp because x, acme 14:30 strategy=flip because x",
    "acme 14:30 strategy flp, acme 14:30 strategy flip",
    "acme 14:30 flp, acme 14:30 flip",
    "acme 14:30 strateg=flip, acme 14:30 strategy=flip",
    "acme 14:30 strateg=flp, acme 14:30 strategy=flip",
    "acme 14:30 resaon=bad, acme 14:30 reason=bad"
  })
  void a_misspelt_word_is_offered_put_right_and_means_the_same_at_any_time(
      String typed, String shown) {
    var misread = (Parsed.Misread) Arguments.parse(RESTORE, typed, CLOCK);
    var later = new Clockwork(CLOCK.now().plusSeconds(86_400), ZoneId.of("Asia/Tokyo"));

    assertThat(misread.instead()).extracting(Arguments.Instead::shown).containsExactly(shown);
    assertThat(misread.problems()).anyMatch(it -> it.contains("Did you mean"));
    var again = (Parsed.Read) Arguments.parse(RESTORE, misread.instead().getFirst().text(), later);
    assertThat(again.values().get("to"))
        .isInstanceOfSatisfying(
            Said.Time.class,
            it -> assertThat(it.reading().moment()).isEqualTo("2026-04-22T12:30:00Z"));
  }

  @Test
  void nothing_is_offered_where_one_word_put_right_is_not_enough() {
    var misread = (Parsed.Misread) Arguments.parse(RESTORE, "acme lunchtime strategy=flp", CLOCK);
    assertThat(misread.instead()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "two words",
        "say \"no\" to=it",
        "back\\slash",
        "",
        "to 15:00",
        "\u201cquoted\u201d"
      })
  void any_text_can_be_written_so_that_it_is_read_again(String text) {
    var note = withDefault("note", new Value.Text("x"));
    var runbook =
        runbook(
            parameter("tenant", ValueType.TENANT),
            note,
            withDefault("reason", note.preset().get()));
    var said =
        Map.<String, Said>of(
            "tenant", new Said.Tenant(Optional.of("medsuite"), "acme"),
            "note", new Said.Is(new Value.Text(text)),
            "reason", new Said.Is(new Value.Text(text)));

    assertThat(Arguments.parse(runbook, Understood.written(said), CLOCK))
        .isEqualTo(new Parsed.Read(said));
  }

  @Test
  void a_reason_is_refused_where_the_runbook_takes_none() {
    var read =
        Arguments.parse(
            runbook(parameter("tenant", ValueType.TENANT)), "acme because I say so", CLOCK);

    assertThat(read)
        .isInstanceOfSatisfying(
            Parsed.Misread.class,
            it -> assertThat(it.problems().getFirst()).startsWith("This runbook takes no reason"));
  }

  @Test
  void a_text_that_is_too_long_is_not_read() {
    assertThat(problems("x".repeat(4_001))).hasSize(1);
  }

  @Test
  void near_names_are_offered_nearest_first_and_at_most_three() {
    assertThat(Near.names("amce", List.of("acme", "acme-2", "beta", "amca"))).startsWith("acme");
    assertThat(Near.names("tenant-1", List.of("tenant-2", "tenant-3", "tenant-4", "tenant-5")))
        .containsExactly("tenant-2", "tenant-3", "tenant-4");
    assertThat(Near.names("zzz", List.of("acme"))).isEmpty();
    assertThat(Near.names("", List.of("a"))).isEmpty();
  }

  @Property(tries = 500)
  void no_text_makes_parsing_fail(@ForAll @StringLength(max = 4_000) String text) {
    assertThat(Arguments.parse(RESTORE, text, CLOCK)).isNotNull();
  }

  @Property(tries = 2_000)
  void no_order_of_familiar_words_makes_parsing_fail(@ForAll("familiar") List<String> words) {
    assertThat(Arguments.parse(RESTORE, String.join(" ", words), CLOCK))
        .satisfies(
            read -> {
              switch (read) {
                case Parsed.Read _ -> {}
                case Parsed.Incomplete it -> assertThat(it.problems()).isNotEmpty();
                case Parsed.Misread it -> assertThat(it.problems()).isNotEmpty();
              }
            });
  }

  @Provide
  Arbitrary<List<String>> familiar() {
    return Arbitraries.of(
            "acme",
            "to",
            "to=",
            "tenant",
            "tenant=acme",
            "14:30",
            "yesterday",
            "today",
            "at",
            "20",
            "minutes",
            "ago",
            "because",
            "reason",
            "reason=x",
            "strategy",
            "flip",
            "=",
            "a=b",
            "utc")
        .list()
        .ofMaxSize(12);
  }

  private static Map<String, Said> values(String text) {
    return switch (Arguments.parse(RESTORE, text, CLOCK)) {
      case Parsed.Read(var values) -> values;
      case Parsed.Incomplete(_, var problems) -> throw new AssertionError(problems.toString());
      case Parsed.Misread(_, var problems, _) -> throw new AssertionError(problems.toString());
    };
  }

  private static List<String> problems(String text) {
    return switch (Arguments.parse(RESTORE, text, CLOCK)) {
      case Parsed.Read(var values) -> throw new AssertionError(values.toString());
      case Parsed.Incomplete(_, var problems) -> problems;
      case Parsed.Misread(_, var problems, _) -> problems;
    };
  }

  private static Parameter parameter(String name, ValueType type) {
    return new Parameter(name, type, List.of(), 3_000, Optional.empty(), false, "");
  }

  private static Parameter withDefault(String name, Value preset, String... choices) {
    return new Parameter(
        name, preset.type(), List.of(choices), 300, Optional.of(preset), false, "");
  }

  private static Runbook runbook(Parameter... parameters) {
    return new Runbook(
        "tenant-restore",
        "Restore",
        List.of("medsuite"),
        Optional.of("/tenant-restore"),
        Role.PLATFORM_ADMIN,
        List.of(parameters),
        List.of(),
        List.of(),
        "");
  }
}
