package io.countersign;

/**
 * A human being as the workspace knows them: the id of the enterprise (or of the workspace, where
 * there is no enterprise) and the user id. Never a name, never an e-mail address: those change and
 * collide.
 *
 * @param workspace enterprise id ({@code E...}) or team id ({@code T...})
 * @param user user id ({@code U...} or {@code W...})
 */
public record Person(String workspace, String user) {
  public Person {
    if (workspace.isBlank() || user.isBlank()) {
      throw new IllegalArgumentException("a person needs a workspace id and a user id");
    }
  }

  /** The form stored in the database: {@code T012/U345}. */
  public String key() {
    return workspace + "/" + user;
  }

  /**
   * Reads {@link #key()} back.
   *
   * @throws IllegalArgumentException where the text is no such key
   */
  public static Person ofKey(String key) {
    int slash = key.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("not a person's key: " + key);
    }
    return new Person(key.substring(0, slash), key.substring(slash + 1));
  }

  @Override
  public String toString() {
    return key();
  }
}
