package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * The names and OIDs of databases that runs make out of a live one's: {@code
 * <name>_restore_<stamp>_a1}.
 */
public final class MadeNames {
  /** PostgreSQL gives OIDs by counting up; chosen ones lie far above, in the positive int range. */
  private static final int LOWEST_OID = 2_000_000_000;

  private static final int TRIES_FOR_AN_OID = 20;

  private static final Pattern COPY = Pattern.compile("(.+)_[a-z0-9-]+_[0-9]{14}_a[1-9][0-9]{0,3}");

  private MadeNames() {}

  /**
   * What the next name is made of. A tenant whose reference was flipped lives in a database that
   * has a copy's name; without this its names would grow with each restore until they are too long.
   */
  public static String base(String live) {
    var made = COPY.matcher(live);
    return made.matches() ? made.group(1) : live;
  }

  /**
   * The name of what this attempt makes beside the live database.
   *
   * @param as a word for it
   * @throws ActionFailed where it would be longer than a name may be
   */
  public static String beside(String live, String as, Visit<?> visit) throws ActionFailed {
    var name = base(live) + "_" + as + "_" + visit.stamp() + "_a" + visit.attempt();
    if (name.getBytes(StandardCharsets.UTF_8).length > Identifiers.MAX_BYTES) {
      throw new ActionFailed(
          new Problem(
              "naming the copy of " + live,
              name + " is longer than the " + Identifiers.MAX_BYTES + " bytes a name may have.",
              "Give the step a shorter `as`."));
    }
    return name;
  }

  /**
   * Whether a name is one that this run gives: {@code <live>_<as>_<the run's stamp>_a<attempt>}.
   */
  public static boolean madeBy(Visit<?> visit, String name) {
    return Pattern.matches(".+_[a-z0-9-]+_" + visit.stamp() + "_a[1-9][0-9]*", name);
  }

  /** An OID that no database of the server has. */
  public static long freeOid(Connection session, RandomGenerator random)
      throws SQLException, ActionFailed {
    for (int i = 0; i < TRIES_FOR_AN_OID; i++) {
      long oid = random.nextInt(LOWEST_OID, Integer.MAX_VALUE);
      if (TenantDatabases.byOid(session, oid).isEmpty()) {
        return oid;
      }
    }
    throw new ActionFailed(
        new Problem("choosing an OID for the copy", "all that were tried are taken.", "Retry."));
  }
}
