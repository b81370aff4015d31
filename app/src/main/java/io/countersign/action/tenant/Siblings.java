package io.countersign.action.tenant;

import io.countersign.Problem;
import io.countersign.action.ActionFailed;
import io.countersign.action.Visit;
import io.countersign.estate.DatabaseRef;
import io.countersign.postgres.MadeNames;
import java.util.regex.Pattern;

/** The names of siblings: a tenant's slug, a word and the run's stamp. */
final class Siblings {
  /** As people may write a tenant. */
  private static final int LONGEST_SLUG = 63;

  private Siblings() {}

  /** {@code acme-restore-20261121155200}. */
  static String slug(Visit<?> visit, String as) throws ActionFailed {
    var slug = visit.tenant().slug() + "-" + as + "-" + visit.stamp();
    if (slug.length() > LONGEST_SLUG) {
      throw new ActionFailed(
          new Problem(
              "naming the sibling of " + visit.tenant(),
              slug + " is longer than the " + LONGEST_SLUG + " characters that a slug may have.",
              "Give the step a shorter `as`."));
    }
    return slug;
  }

  /**
   * Only what this run made is enrolled and withdrawn without a gate.
   *
   * @throws ActionFailed where slug or database are not names that this run gives
   */
  static void requireOwn(Visit<?> visit, String doing, String slug, DatabaseRef database)
      throws ActionFailed {
    var own = Pattern.quote(visit.tenant().slug()) + "-[a-z0-9-]+-" + visit.stamp();
    if (!Pattern.matches(own, slug)) {
      throw refused(doing, slug + " is not a sibling that this run names.");
    }
    if (!MadeNames.madeBy(visit, database.name())) {
      throw refused(doing, database.name() + " is not a name that this run gives.");
    }
  }

  static ActionFailed refused(String doing, String why) {
    return new ActionFailed(
        new Problem(
            doing,
            "refused: " + why + " Nothing was changed.",
            "Only what this run made is touched without a gate. Check the runbook."));
  }
}
