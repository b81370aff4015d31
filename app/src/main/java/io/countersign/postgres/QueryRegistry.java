package io.countersign.postgres;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.Role;
import io.countersign.estate.Acting;
import io.countersign.estate.Estate;
import io.countersign.estate.Login;
import io.countersign.estate.NamedQuery;
import io.countersign.estate.Registry;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore;
import io.countersign.estate.ServerRef;
import io.countersign.estate.Tenant;
import io.countersign.estate.TenantRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A registry that is asked by the named queries of the estate's file. Each call is one transaction,
 * at most five seconds long; one that changes something has a session of its own.
 */
public final class QueryRegistry implements Registry {
  private static final String SESSION = "cs/registry";

  private final Estate estate;
  private final SecretStore secrets;
  private final KeptSessions sessions = new KeptSessions(SESSION);
  private final ObjectMapper json = new ObjectMapper();

  public QueryRegistry(Estate estate, SecretStore secrets) {
    this.estate = estate;
    this.secrets = secrets;
  }

  @Override
  public List<Tenant> tenants() {
    return look("tenants", Map.of(), this::tenants);
  }

  @Override
  public Optional<Tenant> tenant(String slug) {
    return look("tenant", Map.of("slug", slug), it -> atMostOne(tenants(it)));
  }

  @Override
  public Optional<RegisteredServer> server(String name) {
    return look("server", Map.of("name", name), it -> atMostOne(servers(it)));
  }

  @Override
  public boolean setStatus(String slug, String expected, String wanted, String reason, Acting by) {
    var values = Map.of("slug", slug, "expected", expected, "wanted", wanted, "reason", reason);
    return ask("set-status", values, it -> fenced(by, "set-status", it));
  }

  /** Its session bears the attempt's name, so that a later attempt can end it. */
  @Override
  public boolean setReference(String slug, Reference expected, Reference wanted, Acting by) {
    required("set-reference");
    var values =
        Map.of(
            "slug", slug,
            "expected_database", expected.database(),
            "expected_secret", expected.secret().value(),
            "database", wanted.database(),
            "secret", wanted.secret().value());
    return ask("set-reference", values, by.session(), it -> fenced(by, "set-reference", it));
  }

  @Override
  public boolean enrol(Sibling sibling, Acting by) {
    var query = "enrol";
    required(query);
    var values =
        Map.of(
            "slug", sibling.slug(),
            "display_name", sibling.displayName(),
            "beside", sibling.beside(),
            "database", sibling.reference().database(),
            "secret", sibling.reference().secret().value(),
            "status", sibling.status(),
            "reason", sibling.reason());
    return ask(query, values, by.session(), it -> fenced(by, query, it));
  }

  @Override
  public boolean withdraw(String slug, Reference reference, Acting by) {
    var query = "withdraw";
    required(query);
    var values =
        Map.of(
            "slug", slug,
            "database", reference.database(),
            "secret", reference.secret().value());
    return ask(query, values, by.session(), it -> fenced(by, query, it));
  }

  private static boolean fenced(Acting by, String query, PreparedStatement statement)
      throws SQLException {
    by.fence().run();
    return changedOne(query, statement);
  }

  @Override
  public void endChanges(String prefix, int upTo) {
    var query = "set-reference";
    boolean ended =
        reaching(
            query,
            login -> {
              try (var session = open(login, SESSION)) {
                return StepSessions.ended(session, prefix, upTo);
              }
            });
    if (!ended) {
      throw unavailable(query, "a session " + prefix + "... does not end");
    }
  }

  private void required(String query) {
    if (!estate.registry().queries().containsKey(query)) {
      throw new RegistryUnavailable(
          "The registry of " + estate.name() + " has no query " + query + ".", null);
    }
  }

  @Override
  public void invalidate(Tenant tenant) {
    ask("invalidate", Map.of("id", tenant.id()), PreparedStatement::execute);
  }

  @Override
  public void audit(
      Tenant tenant, String action, String actor, String key, Map<String, String> detail) {
    var values =
        Map.of(
            "id",
            tenant.id(),
            "action",
            action,
            "actor",
            actor,
            "detail",
            text(detail),
            "key",
            key);
    ask("audit", values, PreparedStatement::execute);
  }

  @Override
  public List<String> holders(Role role) {
    required("roster");
    return look("roster", Map.of("role", role.name()), QueryRegistry::people);
  }

  private static List<String> people(PreparedStatement statement) throws SQLException {
    var people = new ArrayList<String>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        people.add(column(rows, "slack_user"));
      }
    }
    return people;
  }

  /**
   * Has the server plan the queries that change something, which also checks names and rights. None
   * is carried out.
   *
   * @param tenant whose values are filled in
   * @throws RegistryUnavailable naming the first that the server refuses
   */
  public void rehearse(Tenant tenant) {
    for (var query :
        List.of("set-status", "set-reference", "enrol", "withdraw", "invalidate", "audit")) {
      if (estate.registry().queries().containsKey(query)) {
        rehearse(query, tenant);
      }
    }
  }

  /**
   * Has the server plan one of them.
   *
   * @throws RegistryUnavailable where there is none of that name, or the server refuses it
   */
  public void rehearse(String query, Tenant tenant) {
    required(query);
    boolean _ =
        reaching(
            query,
            login -> {
              try (var session = open(login, SESSION)) {
                return explained(session, query, tenant);
              }
            });
  }

  private boolean explained(Connection session, String query, Tenant tenant) throws SQLException {
    var named = NamedQuery.of(estate.registry().queries().getOrDefault(query, ""));
    session.setAutoCommit(false);
    session.setReadOnly(true);
    try (var statement = session.prepareStatement("EXPLAIN " + named.jdbc())) {
      for (int i = 0; i < named.order().size(); i++) {
        statement.setString(i + 1, rehearsed(named.order().get(i), tenant));
      }
      return statement.execute();
    } finally {
      session.rollback();
    }
  }

  private static String rehearsed(String parameter, Tenant tenant) {
    return switch (parameter) {
      case "id" -> tenant.id();
      case "slug", "beside" -> tenant.ref().slug();
      case "expected", "wanted", "status" -> tenant.status();
      case "database", "expected_database" -> tenant.database();
      case "secret", "expected_secret" -> tenant.secret().value();
      case "detail" -> "{}";
      default -> "doctor";
    };
  }

  /** What is done with a prepared statement. */
  private interface Asking<T> {
    T ask(PreparedStatement statement) throws SQLException;
  }

  /** Asks what may be asked twice. */
  private <T> T look(String query, Map<String, String> values, Asking<T> asking) {
    return reaching(
        query,
        login ->
            sessions.look(
                login,
                session -> {
                  T answer = ask(session, query, values, asking);
                  session.setAutoCommit(true);
                  return answer;
                }));
  }

  private <T> T ask(String query, Map<String, String> values, Asking<T> asking) {
    return ask(query, values, SESSION, asking);
  }

  private <T> T ask(String query, Map<String, String> values, String name, Asking<T> asking) {
    return reaching(
        query,
        login -> {
          try (var session = open(login, name)) {
            return ask(session, query, values, asking);
          }
        });
  }

  private <T> T ask(Connection session, String query, Map<String, String> values, Asking<T> asking)
      throws SQLException {
    session.setAutoCommit(false);
    try (var settings = session.createStatement()) {
      settings.execute("SET LOCAL statement_timeout = '5s'");
      settings.execute("SET LOCAL lock_timeout = '4s'");
    }
    var named = NamedQuery.of(estate.registry().queries().getOrDefault(query, ""));
    try (var statement = session.prepareStatement(named.jdbc())) {
      for (int i = 0; i < named.order().size(); i++) {
        statement.setString(i + 1, values.get(named.order().get(i)));
      }
      T answer = asking.ask(statement);
      session.commit();
      return answer;
    }
  }

  /** What is done with a login to the registry. */
  private interface Reaching<T> {
    T with(Login login) throws SQLException;
  }

  private <T> T reaching(String query, Reaching<T> reaching) {
    try {
      return reaching.with(secrets.login(estate.registry().login()));
    } catch (SQLException error) {
      throw unavailable(query, ServerErrors.reduced(error));
    } catch (SecretStore.SecretUnavailable missing) {
      throw unavailable(query, missing.problem().line());
    }
  }

  /** The server's own time-outs are not heard of where the network is cut without a word. */
  private static Connection open(Login login, String name) throws SQLException {
    return Databases.answeringWithin(KeptSessions.ANSWERED_WITHIN, Servers.connect(login, name));
  }

  private List<Tenant> tenants(PreparedStatement statement) throws SQLException {
    var tenants = new ArrayList<Tenant>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        tenants.add(
            new Tenant(
                new TenantRef(estate.name(), column(rows, "slug")),
                column(rows, "id"),
                column(rows, "display_name"),
                column(rows, "status"),
                column(rows, "database"),
                new ServerRef(estate.name(), column(rows, "server")),
                new SecretName(column(rows, "secret"))));
      }
    }
    return tenants;
  }

  private List<RegisteredServer> servers(PreparedStatement statement) throws SQLException {
    var servers = new ArrayList<RegisteredServer>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        servers.add(
            new RegisteredServer(
                new ServerRef(estate.name(), column(rows, "name")),
                column(rows, "host"),
                rows.getInt("port"),
                new SecretName(column(rows, "admin_secret"))));
      }
    }
    return servers;
  }

  private static String column(ResultSet rows, String name) throws SQLException {
    var value = rows.getString(name);
    if (value == null) {
      throw new SQLException("the registry has no value in the column " + name, "22004");
    }
    return value;
  }

  private static <T> Optional<T> atMostOne(List<T> found) throws SQLException {
    if (found.size() > 1) {
      throw new SQLException("the registry has " + found.size() + " rows of that name", "21000");
    }
    return found.stream().findFirst();
  }

  /** An update may end with RETURNING: then the rows count. */
  private static boolean changedOne(String query, PreparedStatement statement) throws SQLException {
    int changed = 0;
    if (statement.execute()) {
      try (var rows = statement.getResultSet()) {
        while (rows.next()) {
          changed++;
        }
      }
    } else {
      changed = statement.getUpdateCount();
    }
    if (changed > 1) {
      throw new SQLException(query + " would change " + changed + " rows", "21000");
    }
    return changed == 1;
  }

  private String text(Map<String, String> detail) {
    try {
      return json.writeValueAsString(new TreeMap<>(detail));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a map of texts has a JSON form", impossible);
    }
  }

  /** The driver's own error stays here: its text may hold a row. */
  private RegistryUnavailable unavailable(String query, String why) {
    var reduced = "the query " + query + " of " + estate.name() + ": " + why;
    return new RegistryUnavailable(reduced, new SQLException(reduced));
  }
}
