package io.countersign.postgres;

import static io.countersign.postgres.Identifiers.literal;
import static io.countersign.postgres.Identifiers.quoted;

import io.countersign.postgres.DatabaseTraits.Grant;
import io.countersign.postgres.DatabaseTraits.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The statements that give a new database the traits of another one. Pure. */
public final class DatabaseStatements {
  /** Settings whose value is a list of names (GUC_LIST_QUOTE in PostgreSQL's guc_tables.c). */
  private static final Set<String> NAME_LISTS =
      Set.of(
          "search_path",
          "temp_tablespaces",
          "session_preload_libraries",
          "shared_preload_libraries",
          "local_preload_libraries",
          "unix_socket_directories");

  private DatabaseStatements() {}

  /**
   * CREATE DATABASE from template0, closed to everybody, with an OID chosen beforehand.
   *
   * @param oid unused on the server, 2,000,000,000 or higher by our custom
   */
  public static String create(DatabaseTraits traits, String name, long oid) {
    var text =
        new StringBuilder("CREATE DATABASE ")
            .append(quoted(name))
            .append(" WITH OID = ")
            .append(oid)
            .append(" TEMPLATE template0 OWNER ")
            .append(quoted(traits.owner()))
            .append(" ENCODING ")
            .append(literal(traits.encoding()))
            .append(" LC_COLLATE ")
            .append(literal(traits.collate()))
            .append(" LC_CTYPE ")
            .append(literal(traits.ctype()))
            .append(" LOCALE_PROVIDER ");
    text.append(
        switch (traits.provider()) {
          case LIBC -> "libc";
          case ICU -> "icu" + traits.locale().map(it -> " ICU_LOCALE " + literal(it)).orElse("");
          case BUILTIN ->
              "builtin" + traits.locale().map(it -> " BUILTIN_LOCALE " + literal(it)).orElse("");
        });
    traits.icuRules().ifPresent(it -> text.append(" ICU_RULES ").append(literal(it)));
    traits.tablespace().ifPresent(it -> text.append(" TABLESPACE ").append(quoted(it)));
    return text.append(" ALLOW_CONNECTIONS false").toString();
  }

  /** Leaves the owner's members and the bot as the only ones who may connect. */
  public static List<String> closeToOthers(String name) {
    return List.of(
        "REVOKE CONNECT, TEMPORARY ON DATABASE " + quoted(name) + " FROM PUBLIC",
        "ALTER DATABASE " + quoted(name) + " ALLOW_CONNECTIONS true");
  }

  /**
   * Settings, comment, connection limit and grants of the original.
   *
   * @param present the grants that the new database has now; all of them are taken away first
   */
  public static List<String> replay(DatabaseTraits traits, String name, List<Grant> present) {
    var statements = new ArrayList<String>();
    traits.settings().forEach(it -> statements.add(set(it, name)));
    traits
        .comment()
        .ifPresent(
            it -> statements.add("COMMENT ON DATABASE " + quoted(name) + " IS " + literal(it)));
    statements.add(
        "ALTER DATABASE " + quoted(name) + " CONNECTION LIMIT " + traits.connectionLimit());
    present.stream()
        .map(DatabaseStatements::grantee)
        .distinct()
        .forEach(it -> statements.add("REVOKE ALL ON DATABASE " + quoted(name) + " FROM " + it));
    traits.grants().forEach(it -> statements.addAll(grant(it, traits.owner(), name)));
    return statements;
  }

  /** Grants of another grantor than the owner are made as that grantor, so that it is recorded. */
  private static List<String> grant(Grant grant, String owner, String name) {
    var statement =
        "GRANT "
            + grant.privilege()
            + " ON DATABASE "
            + quoted(name)
            + " TO "
            + grantee(grant)
            + (grant.grantable() && grant.grantee().isPresent() && !isOwner(grant, owner)
                ? " WITH GRANT OPTION"
                : "");
    return grant.grantor().equals(owner)
        ? List.of(statement)
        : List.of("SET ROLE " + quoted(grant.grantor()), statement, "RESET ROLE");
  }

  private static boolean isOwner(Grant grant, String owner) {
    return grant.grantee().map(owner::equals).orElse(false);
  }

  private static String grantee(Grant grant) {
    return grant.grantee().map(Identifiers::quoted).orElse("PUBLIC");
  }

  private static String set(Setting setting, String name) {
    var subject =
        setting
            .role()
            .map(it -> "ALTER ROLE " + quoted(it) + " IN DATABASE " + quoted(name))
            .orElse("ALTER DATABASE " + quoted(name));
    return subject + " SET " + settingName(setting.name()) + " TO " + value(setting);
  }

  /** {@code app.tenant} is two identifiers. */
  private static String settingName(String name) {
    var parts = new ArrayList<String>();
    for (var part : name.split("\\.", -1)) {
      parts.add(quoted(part));
    }
    return String.join(".", parts);
  }

  private static String value(Setting setting) {
    if (!NAME_LISTS.contains(setting.name())) {
      return literal(setting.value());
    }
    var names = names(setting.value());
    return names.isEmpty()
        ? "''"
        : names.stream()
            .map(Identifiers::literal)
            .collect(java.util.stream.Collectors.joining(","));
  }

  /** The elements of {@code "$user", public, "a""b"}. */
  static List<String> names(String list) {
    var names = new ArrayList<String>();
    var name = new StringBuilder();
    boolean quoted = false;
    boolean any = false;
    for (int i = 0; i < list.length(); i++) {
      char letter = list.charAt(i);
      if (letter == '"') {
        boolean doubled = quoted && i + 1 < list.length() && list.charAt(i + 1) == '"';
        if (doubled) {
          name.append('"');
          i++;
        } else {
          quoted = !quoted;
        }
        any = true;
      } else if (letter == ',' && !quoted) {
        names.add(name.toString());
        name.setLength(0);
        any = false;
      } else if (quoted || letter != ' ') {
        name.append(letter);
        any = true;
      }
    }
    if (any) {
      names.add(name.toString());
    }
    return names;
  }
}
