package io.countersign.server;

import static io.countersign.support.Samples.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Problem;
import io.countersign.RunId;
import io.countersign.action.Catalogue;
import io.countersign.estate.Login;
import io.countersign.estate.ServerRef;
import io.countersign.estate.ServerRestorer;
import io.countersign.run.EstateParts;
import io.countersign.run.RunEvent;
import io.countersign.run.RunState;
import io.countersign.support.Bench;
import io.countersign.support.OurDatabase;
import io.countersign.support.SampleEstate;
import io.countersign.support.SomeTenants;
import io.countersign.thread.Announcer;
import io.countersign.thread.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SweepTest {
  private static final String COPY = "pg-us-east-1-pitr-20261121125200-7k2m9qxd-a1";

  private final OurDatabase database = OurDatabase.fresh();
  private final Bench bench = new Bench(database);
  private final Copies copies = new Copies();
  private final Channel channel = new Channel();
  private SampleEstate estate = SampleEstate.named("medsuite");

  @BeforeEach
  void aCopyOfNoRun() {
    copies.stands(Optional.empty(), Optional.empty());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Sweep sweep(String process) {
    var parts =
        new EstateParts(
            estate.estate(),
            new SomeTenants("medsuite"),
            (_, _) -> Optional.empty(),
            copies,
            new Catalogue(List.of()));
    return new Sweep(List.of(parts), bench.journal, database.get().tellings(), channel, process);
  }

  private RunId over() {
    var run = bench.begun();
    bench.journal.command(run, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "")));
    bench.advance(run);
    assertThat(bench.state(run)).isInstanceOf(RunState.Ended.class);
    return run;
  }

  private void lookAfter(String time) {
    database.skip(time);
    sweep("one").look();
  }

  @Test
  void a_copy_whose_run_is_over_is_told_once_with_its_cost_and_how_to_remove_it() {
    var run = over();
    copies.stands(Optional.of(run), Optional.empty());
    lookAfter("11 minutes");
    lookAfter("60 minutes");
    sweep("two").look();

    assertThat(channel.said)
        .singleElement()
        .satisfies(
            it ->
                assertThat(it)
                    .startsWith("C0INCIDENT ")
                    .contains(COPY, "every tenant", run.value(), "it costs", "remove " + COPY));
  }

  @Test
  void it_is_told_again_after_a_day_while_it_stands() {
    copies.stands(Optional.of(over()), Optional.empty());
    lookAfter("11 minutes");
    lookAfter("25 hours");
    assertThat(channel.said).hasSize(2);

    copies.standing.clear();
    lookAfter("50 hours");
    assertThat(channel.said).hasSize(2);
  }

  @Test
  void the_estates_own_channel_is_told_where_it_has_one() {
    estate = estate.channel("C0OPERATIONS");
    copies.stands(Optional.of(over()), Optional.empty());
    lookAfter("11 minutes");

    assertThat(channel.said).singleElement().asString().startsWith("C0OPERATIONS ");
  }

  @Test
  void while_its_run_goes_on_or_has_just_ended_nothing_is_said() {
    copies.stands(Optional.of(bench.begun()), Optional.of(Instant.now().plus(Duration.ofDays(1))));
    lookAfter("11 minutes");
    copies.standing.clear();
    copies.stands(Optional.of(overAnother()), Optional.empty());
    sweep("one").look();

    assertThat(channel.said).isEmpty();
  }

  private RunId overAnother() {
    var going = bench.journal.active().getFirst();
    bench.journal.command(going, _ -> Optional.of(new RunEvent.CancelRequested(ALICE, "")));
    bench.advance(going);
    return going;
  }

  @Test
  void what_was_kept_for_too_long_is_told_with_what_is_known_of_its_run() {
    estate = estate.channel("C0OPERATIONS");
    var past = Optional.of(Instant.now().minusSeconds(60));
    copies.standing.clear();
    copies.stands(Optional.of(bench.begun()), past);
    copies.stands(Optional.of(new RunId("00000000")), past);
    copies.stands(Optional.empty(), past);
    sweep("one").look();

    assertThat(channel.said)
        .satisfiesExactly(
            it -> assertThat(it).contains("still goes on"),
            it -> assertThat(it).contains("does not know run 00000000"),
            it -> assertThat(it).contains("nothing on it says"));
  }

  @Test
  void nothing_can_be_said_of_a_copy_of_no_run_that_has_no_end() {
    estate = estate.channel("C0OPERATIONS");
    lookAfter("25 hours");

    assertThat(channel.said).isEmpty();
  }

  @Test
  void what_could_not_be_told_is_told_later_and_is_known_to_have_been_tried() {
    copies.stands(Optional.of(over()), Optional.empty());
    channel.away = true;
    lookAfter("11 minutes");
    channel.away = false;
    lookAfter("12 minutes");
    lookAfter("13 minutes");

    assertThat(channel.said).hasSize(1);
    assertThat(channel.tried).containsExactly(false, true);
  }

  @Test
  void a_process_that_is_telling_it_is_not_disturbed_by_another() {
    var held = over();
    copies.stands(Optional.of(held), Optional.empty());
    channel.away = true;
    lookAfter("11 minutes");
    channel.away = false;
    sweep("two").look();

    assertThat(channel.said).isEmpty();
  }

  @Test
  void azure_being_away_stops_nothing_else() {
    copies.away = true;

    sweep("one").look();

    assertThat(channel.said).isEmpty();
  }

  /** Says what it is told to say, or is away. */
  private static final class Channel implements Announcer {
    private final List<String> said = new ArrayList<>();
    private final List<Boolean> tried = new ArrayList<>();
    private boolean away;

    @Override
    public boolean announce(String to, Line line, String kind, String id, boolean before) {
      tried.add(before);
      if (!away) {
        said.add(to + " " + line.plain());
      }
      return !away;
    }
  }

  /** Copies that stand. */
  private static final class Copies implements ServerRestorer {
    private final List<Standing> standing = new ArrayList<>();
    private boolean away;

    void stands(Optional<RunId> run, Optional<Instant> expires) {
      var number = standing.isEmpty() ? "" : "-" + standing.size();
      standing.add(
          new Standing(
              COPY + number, "pg-us-east-1", run, expires, "it costs", "remove " + COPY + number));
    }

    @Override
    public List<Standing> standing(String estate) {
      if (away) {
        throw new RestorerUnavailable(new Problem("looking", "Azure is away.", "Wait."));
      }
      return estate.equals("medsuite") ? List.copyOf(standing) : List.of();
    }

    @Override
    public Window window(ServerRef source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void begin(Copy copy) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Progress look(Copy copy) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Login> login(ServerRef copy) {
      return Optional.empty();
    }

    @Override
    public void remove(Copy copy) {
      throw new AssertionError("a sweep removes nothing");
    }
  }
}
