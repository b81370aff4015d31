package io.countersign.sandbox.slack;

import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the workspace stands before anything happens in it. */
public record Workspace(
    String teamId,
    String teamDomain,
    @Nullable String enterpriseId,
    String appId,
    String botUserId,
    String botId,
    String botName,
    String botToken,
    String signingSecret,
    String appToken,
    List<Person> people,
    List<Channel> channels,
    List<UserGroup> groups) {

  public Workspace {
    people = List.copyOf(people);
    channels = List.copyOf(channels);
    groups = List.copyOf(groups);
  }

  public static final String ALICE = "U0ALICE";
  public static final String BOB = "U0BOB";
  public static final String CAROL = "U0CAROL";
  public static final String DANA = "U0DANA";
  public static final String GUS = "U0GUS";
  public static final String ZOE = "U0ZOE";
  public static final String ROBO = "U0ROBO";
  public static final String INCIDENT = "C0INCIDENT";
  public static final String GENERAL = "C0GENERAL";
  public static final String PLATFORM_ADMINS = "S0PLATFORM";

  private static final String TEAM = "T0COUNTERSIGN";
  private static final String OTHER_TEAM = "T0ELSEWHERE";
  private static final String BOT = "U0COUNTERSIGN";

  /**
   * Alice, Bob and Dana are platform admins, Carol is not; Gus is a guest, Zoe belongs to another
   * company, Robo is another app's bot. The bot is in #incident-acme and not in #general.
   */
  public static Workspace demo() {
    ZoneId madrid = ZoneId.of("Europe/Madrid");
    List<Person> people =
        List.of(
            Person.member(ALICE, "Alice", TEAM, madrid),
            Person.member(BOB, "Bob", TEAM, madrid),
            Person.member(CAROL, "Carol", TEAM, madrid),
            Person.member(DANA, "Dana", TEAM, madrid),
            Person.member(GUS, "Gus", TEAM, madrid).asGuest(),
            Person.member(ZOE, "Zoe", OTHER_TEAM, madrid),
            Person.member(ROBO, "Robo", TEAM, madrid).asBot());
    Set<String> everybody = new LinkedHashSet<>();
    people.forEach(person -> everybody.add(person.id()));
    Set<String> withBot = new LinkedHashSet<>(everybody);
    withBot.add(BOT);
    return new Workspace(
        TEAM,
        "sandbox",
        null,
        "A0COUNTERSIGN",
        BOT,
        "B0COUNTERSIGN",
        "countersign",
        "xoxb-sandbox-only",
        "sandbox-signing-secret",
        "xapp-sandbox-only",
        people,
        List.of(
            Channel.open(INCIDENT, "incident-acme", withBot),
            Channel.open(GENERAL, "general", everybody)),
        List.of(new UserGroup(PLATFORM_ADMINS, "platform-admins", List.of(ALICE, BOB, DANA))));
  }

  /** The same workspace with another token and secret, for a test that searches for them. */
  public Workspace withSecrets(String token, String secret) {
    return new Workspace(
        teamId,
        teamDomain,
        enterpriseId,
        appId,
        botUserId,
        botId,
        botName,
        token,
        secret,
        appToken,
        people,
        channels,
        groups);
  }

  public Workspace withChannels(List<Channel> others) {
    return new Workspace(
        teamId,
        teamDomain,
        enterpriseId,
        appId,
        botUserId,
        botId,
        botName,
        botToken,
        signingSecret,
        appToken,
        people,
        others,
        groups);
  }

  /** Secrets do not print. */
  @Override
  public String toString() {
    return "Workspace[" + teamId + ", " + people.size() + " people]";
  }
}
