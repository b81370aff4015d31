package io.countersign;

import java.util.regex.Pattern;

/** The name of a role that a roster gives to people, for example {@code PLATFORM_ADMIN}. */
public record Role(String name) {
  public static final Pattern SHAPE = Pattern.compile("[A-Z][A-Z0-9_]{0,39}");
  public static final Role PLATFORM_ADMIN = new Role("PLATFORM_ADMIN");

  public Role {
    if (!SHAPE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a role is written in capitals, digits and underscores, 1 to 40 of them: " + name);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
