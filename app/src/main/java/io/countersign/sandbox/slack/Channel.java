package io.countersign.sandbox.slack;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A conversation: a channel, or a direct message between one person and the bot.
 *
 * @param isExtShared shared with another company
 * @param directWith the person at the other end of a direct message; null for a channel
 */
public record Channel(
    String id,
    String name,
    boolean isPrivate,
    boolean isExtShared,
    boolean isArchived,
    @Nullable String directWith,
    Set<String> members) {

  public Channel {
    members = java.util.Collections.unmodifiableSet(new LinkedHashSet<>(members));
  }

  public static Channel open(String id, String name, Set<String> members) {
    return new Channel(id, name, false, false, false, null, members);
  }

  static Channel direct(String id, String person, String bot) {
    return new Channel(id, person, true, false, false, person, Set.of(person, bot));
  }

  public boolean isDirect() {
    return directWith != null;
  }

  public Channel asPrivate() {
    return new Channel(id, name, true, isExtShared, isArchived, directWith, members);
  }

  public Channel asSharedWithAnotherCompany() {
    return new Channel(id, name, isPrivate, true, isArchived, directWith, members);
  }

  public Channel asArchived() {
    return new Channel(id, name, isPrivate, isExtShared, true, directWith, members);
  }

  Channel with(String person) {
    Set<String> more = new LinkedHashSet<>(members);
    more.add(person);
    return new Channel(id, name, isPrivate, isExtShared, isArchived, directWith, more);
  }

  Channel without(String person) {
    Set<String> fewer = new LinkedHashSet<>(members);
    fewer.remove(person);
    return new Channel(id, name, isPrivate, isExtShared, isArchived, directWith, fewer);
  }
}
