package io.countersign.sandbox.slack;

import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Somebody with a Slack account, another app's bot user included.
 *
 * @param id as Slack gives it, {@code U...}
 * @param teamId the person's home workspace; another one than ours makes an outsider (Slack
 *     Connect)
 */
public record Person(
    String id,
    String name,
    String displayName,
    boolean isBot,
    boolean isRestricted,
    boolean isUltraRestricted,
    boolean deleted,
    String teamId,
    @Nullable String enterpriseId,
    ZoneId tz) {

  public static Person member(String id, String displayName, String teamId, ZoneId tz) {
    String name = displayName.toLowerCase(java.util.Locale.ROOT);
    return new Person(id, name, displayName, false, false, false, false, teamId, null, tz);
  }

  public Person asGuest() {
    return new Person(id, name, displayName, isBot, true, false, deleted, teamId, enterpriseId, tz);
  }

  public Person asBot() {
    return new Person(
        id, name, displayName, true, isRestricted, false, deleted, teamId, enterpriseId, tz);
  }

  public Person asDeactivated() {
    return new Person(
        id,
        name,
        displayName,
        isBot,
        isRestricted,
        isUltraRestricted,
        true,
        teamId,
        enterpriseId,
        tz);
  }
}
