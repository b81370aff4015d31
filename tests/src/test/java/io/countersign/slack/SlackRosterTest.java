package io.countersign.slack;

import static io.countersign.sandbox.slack.Workspace.ALICE;
import static io.countersign.sandbox.slack.Workspace.BOB;
import static io.countersign.sandbox.slack.Workspace.CAROL;
import static io.countersign.sandbox.slack.Workspace.DANA;
import static io.countersign.sandbox.slack.Workspace.GUS;
import static io.countersign.sandbox.slack.Workspace.PLATFORM_ADMINS;
import static io.countersign.sandbox.slack.Workspace.ROBO;
import static io.countersign.sandbox.slack.Workspace.ZOE;
import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.Secret;
import io.countersign.estate.Acting;
import io.countersign.gate.Roster.Membership;
import io.countersign.gate.Roster.Reading;
import io.countersign.sandbox.slack.Limits;
import io.countersign.sandbox.slack.StandInSlack;
import io.countersign.sandbox.slack.Workspace;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may act, asked of a Slack over real HTTP; whatever cannot be read refuses (F1, F7, F25). */
class SlackRosterTest {
  private final StandInSlack slack =
      StandInSlack.start(0, Workspace.demo(), Limits.hurried(), Clock.systemUTC());
  private final String team = slack.workspace().teamId();

  private SlackRoster roster(RoleSource source) {
    var settings =
        new SlackSettings(
            new Secret(slack.workspace().botToken()),
            Optional.of(new Secret(slack.workspace().signingSecret())),
            Optional.empty(),
            slack.apiUrl(),
            Set.of());
    return SlackRoster.of(settings, Map.of(Role.PLATFORM_ADMIN, source), InstantSource.system());
  }

  private SlackRoster ofGroup() {
    return roster(new RoleSource.UserGroup(PLATFORM_ADMINS));
  }

  private Person person(String id) {
    return new Person(team, id);
  }

  @AfterEach
  void stop() {
    slack.close();
  }

  @Test
  void aGroupsMembersHoldTheRole() {
    assertThat(ofGroup().read(Role.PLATFORM_ADMIN))
        .isInstanceOfSatisfying(
            Reading.Members.class,
            it ->
                assertThat(it.people())
                    .containsExactlyInAnyOrder(person(ALICE), person(BOB), person(DANA)));
  }

  @Test
  void deactivatedMembersAreDroppedAndCounted() {
    slack.driver().deactivate(DANA);
    assertThat(ofGroup().read(Role.PLATFORM_ADMIN))
        .isInstanceOfSatisfying(
            Reading.Members.class,
            it -> {
              assertThat(it.people()).containsExactlyInAnyOrder(person(ALICE), person(BOB));
              assertThat(it.dropped()).isEqualTo(1);
            });
  }

  @Test
  void anUnknownMemberOfAFixedListIsDroppedAndCounted() {
    var roster = roster(new RoleSource.Users(Set.of(BOB, "U0NOBODY")));
    assertThat(roster.read(Role.PLATFORM_ADMIN))
        .isInstanceOfSatisfying(
            Reading.Members.class,
            it -> {
              assertThat(it.people()).containsExactly(person(BOB));
              assertThat(it.dropped()).isEqualTo(1);
            });
  }

  @Test
  void anEmptyGroupHasNobody() {
    for (var id : Set.of(ALICE, BOB, DANA)) {
      slack.driver().removeFromGroup(id, PLATFORM_ADMINS);
    }
    assertThat(ofGroup().read(Role.PLATFORM_ADMIN))
        .isInstanceOfSatisfying(Reading.Members.class, it -> assertThat(it.people()).isEmpty());
  }

  @Test
  void aRateLimitedGroupIsUnreadable() {
    slack.faults().rateLimitNext("usergroups.users.list", Duration.ofSeconds(20));
    assertThat(ofGroup().read(Role.PLATFORM_ADMIN))
        .isInstanceOfSatisfying(
            Reading.Unreadable.class, it -> assertThat(it.why()).contains("rate limited"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"usergroups.users.list", "users.info", "auth.test"})
  void whateverIsNotAnsweredMakesItUnreadable(String method) {
    slack.faults().serverError(method);
    slack.faults().serverError(method);
    assertThat(ofGroup().read(Role.PLATFORM_ADMIN)).isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void aSlackThatIsDownIsUnreadable() {
    slack.faults().down(true);
    assertThat(ofGroup().read(Role.PLATFORM_ADMIN)).isInstanceOf(Reading.Unreadable.class);
    assertThat(ofGroup().membership(person(BOB))).isInstanceOf(Membership.Unreadable.class);
  }

  @Test
  void aRoleWithoutASourceIsUnreadable() {
    assertThat(ofGroup().read(new Role("DBA"))).isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void aGroupThatDoesNotExistIsUnreadable() {
    assertThat(roster(new RoleSource.UserGroup("S0NONE")).read(Role.PLATFORM_ADMIN))
        .isInstanceOf(Reading.Unreadable.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {GUS, ROBO, ZOE, "U0COUNTERSIGN", "U0NOBODY"})
  void guestsBotsOutsidersAndStrangersAreExcluded(String id) {
    assertThat(ofGroup().membership(person(id))).isInstanceOf(Membership.Excluded.class);
  }

  @Test
  void aDeactivatedAccountIsExcluded() {
    slack.driver().deactivate(BOB);
    assertThat(ofGroup().membership(person(BOB))).isInstanceOf(Membership.Excluded.class);
  }

  @Test
  void somebodyOfAnotherWorkspaceIsExcludedWhateverTheirId() {
    assertThat(ofGroup().membership(new Person("T0ELSEWHERE", BOB)))
        .isInstanceOf(Membership.Excluded.class);
  }

  @Test
  void aMemberIsAMember() {
    assertThat(ofGroup().membership(person(CAROL))).isInstanceOf(Membership.Full.class);
  }

  @Test
  void votesThatArriveTogetherShareOneRead() {
    var roster = ofGroup();
    roster.read(Role.PLATFORM_ADMIN);
    roster.read(Role.PLATFORM_ADMIN);
    assertThat(slack.calls().stream().filter(it -> it.method().equals("usergroups.users.list")))
        .hasSize(1);
  }

  @Test
  void twoHundredClicksByFiftyPeopleReadTheRosterAtMostTwentyTimesAMinute() {
    var reads = new java.util.concurrent.atomic.AtomicInteger();
    var now = new java.util.concurrent.atomic.AtomicReference<>(java.time.Instant.EPOCH);
    var roster =
        ofRegistry(
            role -> {
              reads.incrementAndGet();
              return java.util.List.of(ALICE, BOB, DANA);
            },
            now::get);
    for (int click = 0; click < 200; click++) {
      now.set(java.time.Instant.EPOCH.plusMillis(click * 300L));
      assertThat(roster.read(Role.PLATFORM_ADMIN))
          .isInstanceOfSatisfying(
              Reading.Members.class,
              it -> assertThat(it.age()).isLessThanOrEqualTo(io.countersign.gate.GateRules.FRESH));
      roster.membership(person("U0NO" + click % 50));
    }
    assertThat(reads.get()).isBetween(2, 20);
    var accounts = slack.calls().stream().filter(it -> it.method().equals("users.info")).toList();
    assertThat(accounts.size())
        .as("each of 3 members and 50 clickers at most once in five seconds")
        .isLessThanOrEqualTo(53 * 12);
  }

  @Test
  void aRegistrySaysWhoHoldsARoleAndSlackWhoTheyAre() {
    slack.driver().deactivate(DANA);
    var roster =
        ofRegistry(_ -> java.util.List.of(BOB, DANA, GUS, "U0NOBODY"), InstantSource.system());
    assertThat(roster.read(Role.PLATFORM_ADMIN))
        .isInstanceOfSatisfying(
            Reading.Members.class,
            it -> {
              assertThat(it.people()).containsExactly(person(BOB));
              assertThat(it.dropped()).isEqualTo(3);
            });
  }

  @Test
  void aRegistryThatCannotBeAskedOrAnEstateThatIsNotThereIsUnreadable() {
    var roster =
        ofRegistry(
            _ -> {
              throw new io.countersign.estate.Registry.RegistryUnavailable(
                  "The registry did not answer.", null);
            },
            InstantSource.system());
    assertThat(roster.read(Role.PLATFORM_ADMIN))
        .isEqualTo(new Reading.Unreadable("The registry did not answer."));
    assertThat(roster(new RoleSource.Registry("elsewhere")).read(Role.PLATFORM_ADMIN))
        .isInstanceOf(Reading.Unreadable.class);
  }

  @Test
  void aRegistryThatNamesNobodyLetsNobodyVote() {
    assertThat(
            ofRegistry(_ -> java.util.List.of(), InstantSource.system()).read(Role.PLATFORM_ADMIN))
        .isInstanceOfSatisfying(Reading.Members.class, it -> assertThat(it.people()).isEmpty());
  }

  private SlackRoster ofRegistry(
      java.util.function.Function<Role, java.util.List<String>> holders, InstantSource clock) {
    var settings =
        new SlackSettings(
            new Secret(slack.workspace().botToken()),
            Optional.of(new Secret(slack.workspace().signingSecret())),
            Optional.empty(),
            slack.apiUrl(),
            Set.of());
    return SlackRoster.of(
        settings,
        Map.of(Role.PLATFORM_ADMIN, new RoleSource.Registry("medsuite")),
        Map.of("medsuite", new OnlyRoster(holders)),
        clock);
  }

  /** A registry that knows nothing but who holds a role. */
  private record OnlyRoster(java.util.function.Function<Role, java.util.List<String>> people)
      implements io.countersign.estate.Registry {
    @Override
    public java.util.List<String> holders(Role role) {
      return people.apply(role);
    }

    @Override
    public java.util.List<io.countersign.estate.Tenant> tenants() {
      return java.util.List.of();
    }

    @Override
    public Optional<io.countersign.estate.Tenant> tenant(String slug) {
      return Optional.empty();
    }

    @Override
    public Optional<RegisteredServer> server(String name) {
      return Optional.empty();
    }

    @Override
    public boolean setStatus(
        String slug, String expected, String wanted, String reason, Acting by) {
      return false;
    }

    @Override
    public void invalidate(io.countersign.estate.Tenant tenant) {}

    @Override
    public void audit(
        io.countersign.estate.Tenant tenant,
        String action,
        String actor,
        String key,
        Map<String, String> detail) {}
  }
}
