package io.countersign.postgres;

/**
 * What a membership must be good for. Up to PostgreSQL 15 it was one thing; from 16 on a grant says
 * whether the member inherits the role's rights and whether it may become the role, and the bot
 * needs both: the first to rename, drop and read, the second to give things to the role.
 */
final class Memberships {
  /** The privilege of {@code pg_has_role} that means {@code SET ROLE}, as an expression in SQL. */
  static final String SET =
      "CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END";

  private Memberships() {}

  /** An expression in SQL: whether the session's role may act in all ways as another one. */
  static String full(String role) {
    return "(pg_has_role(current_user, %1$s, 'USAGE') AND pg_has_role(current_user, %1$s, %2$s))"
        .formatted(role, SET);
  }
}
