package io.countersign.slack;

import io.countersign.Person;
import io.countersign.Role;
import io.countersign.estate.Registry;
import io.countersign.gate.Roster;
import io.countersign.slack.SlackApi.Account;
import io.countersign.slack.SlackApi.Self;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who holds a role, from Slack itself. Everything that cannot be read refuses; votes that arrive
 * together share one read of at most three seconds' age.
 */
public final class SlackRoster implements Roster {
  static final Duration GROUP_AGE = Duration.ofSeconds(3);

  /** Read with the group itself, so that together they stay under the gate's ten seconds. */
  static final Duration ACCOUNT_AGE = Duration.ofSeconds(5);

  private static final Duration SELF_AGE = Duration.ofHours(1);
  private static final int MOST = 100;

  private final Map<Role, RoleSource> sources;
  private final Shared<String, Answer<Self>> self;
  private final Shared<String, Answer<List<String>>> groups;
  private final Shared<String, Answer<Account>> accounts;
  private final Shared<Asked, Answer<List<String>>> registries;

  SlackRoster(SlackApi slack, Map<Role, RoleSource> sources, InstantSource clock) {
    this(slack, sources, Map.of(), clock);
  }

  private SlackRoster(
      SlackApi slack,
      Map<Role, RoleSource> sources,
      Map<String, Registry> estates,
      InstantSource clock) {
    this.registries = new Shared<>(it -> ask(estates, it), SlackRoster::answered, GROUP_AGE, clock);
    this.sources = Map.copyOf(sources);
    this.self = new Shared<>(_ -> slack.self(), SlackRoster::answered, SELF_AGE, clock);
    this.groups = new Shared<>(slack::groupMembers, SlackRoster::answered, GROUP_AGE, clock);
    this.accounts = new Shared<>(slack::account, SlackRoster::answered, ACCOUNT_AGE, clock);
  }

  public static SlackRoster of(
      SlackSettings settings, Map<Role, RoleSource> sources, InstantSource clock) {
    return new SlackRoster(SlackApi.of(settings), sources, clock);
  }

  /**
   * @param estates the registries of all estates, for roles that one of them gives
   */
  public static SlackRoster of(
      SlackSettings settings,
      Map<Role, RoleSource> sources,
      Map<String, Registry> estates,
      InstantSource clock) {
    return new SlackRoster(SlackApi.of(settings), sources, estates, clock);
  }

  private static Answer<List<String>> ask(Map<String, Registry> estates, Asked asked) {
    var registry = estates.get(asked.estate());
    if (registry == null) {
      return new Answer.Failed<>("there is no estate " + asked.estate() + " to ask");
    }
    try {
      return new Answer.Ok<>(registry.holders(asked.role()));
    } catch (Registry.RegistryUnavailable unavailable) {
      return new Answer.Failed<>(String.valueOf(unavailable.getMessage()));
    }
  }

  private static <T> boolean answered(Answer<T> answer) {
    return answer instanceof Answer.Ok<T>;
  }

  @Override
  public Reading read(Role role) {
    return switch (sources.get(role)) {
      case RoleSource.UserGroup(var id) -> ofGroup(role, id);
      case RoleSource.Registry(var estate) -> ofRegistry(role, estate);
      case RoleSource.Users(var ids) -> people(ids, Duration.ZERO);
      case null -> new Reading.Unreadable("no source is set for " + role);
    };
  }

  /** What a registry answers are ids; who they are is still asked of Slack, one by one. */
  private Reading ofRegistry(Role role, String estate) {
    var read = registries.get(new Asked(estate, role));
    return switch (read.value()) {
      case Answer.Ok<List<String>>(var ids) -> people(new HashSet<>(ids), read.age());
      case Answer.Failed<List<String>>(var why) -> new Reading.Unreadable(why);
      case Answer.RateLimited<List<String>> it -> unreadable(it);
      case Answer.Unreachable<List<String>> it -> unreadable(it);
    };
  }

  private record Asked(String estate, Role role) {}

  private Reading ofGroup(Role role, String id) {
    var read = groups.get(id);
    return switch (read.value()) {
      case Answer.Ok<List<String>>(var ids) -> people(ids, read.age());
      case Answer.Failed<List<String>>(var code) when code.equals("no_such_subteam") ->
          new Reading.Unreadable("the user group of " + role + " does not exist");
      case Answer.Failed<List<String>> it -> unreadable(it);
      case Answer.RateLimited<List<String>> it -> unreadable(it);
      case Answer.Unreachable<List<String>> it -> unreadable(it);
    };
  }

  /** Accounts are looked at one by one; unknown and closed ones are dropped and counted. */
  private Reading people(Collection<String> ids, Duration groupAge) {
    if (ids.size() > MOST) {
      return new Reading.Unreadable("more than " + MOST + " people hold the role");
    }
    if (!(self.get("").value() instanceof Answer.Ok<Self>(var me))) {
      return unreadable(self.get("").value());
    }
    var people = new HashSet<Person>();
    var age = groupAge;
    int dropped = 0;
    for (var id : ids) {
      var read = accounts.get(id);
      age = read.age().compareTo(age) > 0 ? read.age() : age;
      switch (read.value()) {
        case Answer.Ok<Account>(var account) when excluded(account, me).isEmpty() ->
            people.add(new Person(me.workspace(), account.id()));
        case Answer.Ok<Account> _ -> dropped++;
        case Answer.Failed<Account>(var code) when code.startsWith("user_not_") -> dropped++;
        case Answer.Failed<Account> it -> {
          return unreadable(it);
        }
        case Answer.RateLimited<Account> it -> {
          return unreadable(it);
        }
        case Answer.Unreachable<Account> it -> {
          return unreadable(it);
        }
      }
    }
    return new Reading.Members(people, dropped, age);
  }

  private static Reading unreadable(Answer<?> answer) {
    return new Reading.Unreadable("Slack answered: " + answer.trouble());
  }

  @Override
  public Membership membership(Person person) {
    if (!(self.get("").value() instanceof Answer.Ok<Self>(var me))) {
      return new Membership.Unreadable("Slack answered: " + self.get("").value().trouble());
    }
    if (!person.workspace().equals(me.workspace())) {
      return new Membership.Excluded("a member of another company's workspace");
    }
    return switch (accounts.get(person.user()).value()) {
      case Answer.Ok<Account>(var account) ->
          excluded(account, me)
              .<Membership>map(Membership.Excluded::new)
              .orElseGet(Membership.Full::new);
      case Answer.Failed<Account>(var code) when code.startsWith("user_not_") ->
          new Membership.Excluded("not known to this workspace");
      case Answer.Failed<Account> it ->
          new Membership.Unreadable("Slack answered: " + it.trouble());
      case Answer.RateLimited<Account> it ->
          new Membership.Unreadable("Slack answered: " + it.trouble());
      case Answer.Unreachable<Account> it ->
          new Membership.Unreadable("Slack answered: " + it.trouble());
    };
  }

  /** Why an account may not act, in a word; empty for a full member. */
  private static Optional<String> excluded(Account account, Self me) {
    if (account.id().equals(me.user())) {
      return Optional.of("this bot itself");
    }
    if (account.deleted()) {
      return Optional.of("a deactivated account");
    }
    if (account.bot()) {
      return Optional.of("a bot");
    }
    if (account.stranger() || !sameCompany(account, me)) {
      return Optional.of("a member of another company's workspace");
    }
    return account.guest() ? Optional.of("a guest") : Optional.empty();
  }

  private static boolean sameCompany(Account account, Self me) {
    return account.team().equals(me.team())
        || account.enterprise().filter(it -> it.equals(me.workspace())).isPresent();
  }
}
