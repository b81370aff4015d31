package io.countersign.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.countersign.Secret;
import io.countersign.estate.Login;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeptSessionsTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final String PID = "SELECT pg_backend_pid()";

  private final OneServer server = OneServer.shared();
  private final List<Runnable> later = new ArrayList<>();
  private Login login;

  @BeforeEach
  void login() throws Exception {
    login = server.secrets().login(server.estate(Duration.ZERO).registry().login());
    server.execute("postgres", "postgres", "CREATE ROLE looker LOGIN PASSWORD 'obviously-fake-1'");
  }

  @AfterEach
  void gone() throws Exception {
    later.forEach(Runnable::run);
    server.execute(
        "postgres",
        "postgres",
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'looker'");
    server.execute("postgres", "postgres", "DROP ROLE looker");
  }

  private KeptSessions kept(Duration idle, Duration life) {
    return new KeptSessions("cs/kept", idle, life, later::add);
  }

  private static long pid(Connection session) throws SQLException {
    return Databases.number(session, PID);
  }

  @Test
  void a_look_finds_the_session_of_the_one_before() throws Exception {
    var sessions = kept(LONG, LONG);
    var first = sessions.look(login, KeptSessionsTest::pid);
    assertThat(sessions.look(login, KeptSessionsTest::pid)).isEqualTo(first);
  }

  @Test
  void two_looks_at_the_same_time_do_not_share_one() throws Exception {
    var sessions = kept(LONG, LONG);
    var both =
        sessions.look(
            login, outer -> List.of(pid(outer), sessions.look(login, KeptSessionsTest::pid)));
    assertThat(both).doesNotHaveDuplicates();
  }

  @Test
  void a_session_that_the_server_has_ended_costs_nobody_an_answer() throws Exception {
    var sessions = kept(LONG, LONG);
    var first = sessions.look(login, KeptSessionsTest::pid);
    server.execute("postgres", "postgres", "SELECT pg_terminate_backend(" + first + ", 10000)");
    assertThat(sessions.look(login, KeptSessionsTest::pid)).isNotEqualTo(first);
  }

  @Test
  void what_fails_on_the_server_is_not_asked_again_and_its_session_not_kept() throws Exception {
    var sessions = kept(LONG, LONG);
    var asked = new ArrayList<Long>();
    sessions.look(login, KeptSessionsTest::pid);
    assertThatThrownBy(
            () ->
                sessions.look(
                    login,
                    session -> {
                      asked.add(pid(session));
                      return Databases.number(session, "SELECT 1 / 0");
                    }))
        .isInstanceOf(SQLException.class);
    assertThat(asked).hasSize(1);
    assertThat(sessions.look(login, KeptSessionsTest::pid)).isNotEqualTo(asked.getFirst());
  }

  @Test
  void a_changed_password_is_not_outlived() throws Exception {
    var sessions = kept(LONG, LONG);
    var old = looker("obviously-fake-1");
    sessions.look(old, KeptSessionsTest::pid);
    server.execute("postgres", "postgres", "ALTER ROLE looker PASSWORD 'obviously-fake-2'");
    var first = sessions.look(looker("obviously-fake-2"), KeptSessionsTest::pid);
    assertThat(sessions.look(looker("obviously-fake-2"), KeptSessionsTest::pid)).isEqualTo(first);
  }

  private Login looker(String password) {
    return new Login(login.host(), login.port(), "postgres", "looker", new Secret(password));
  }

  @Test
  void none_becomes_older_than_it_may() throws Exception {
    var sessions = kept(LONG, Duration.ZERO);
    var first = sessions.look(login, KeptSessionsTest::pid);
    assertThat(sessions.look(login, KeptSessionsTest::pid)).isNotEqualTo(first);
    assertThat(later).isEmpty();
  }

  @Test
  void one_that_nobody_needs_is_closed() throws Exception {
    var sessions = kept(Duration.ZERO, LONG);
    var first = sessions.look(login, KeptSessionsTest::pid);
    var there = "SELECT count(*) FROM pg_stat_activity WHERE pid = " + first;
    assertThat(server.ask("postgres", there)).contains("1");
    later.removeFirst().run();
    await().untilAsserted(() -> assertThat(server.ask("postgres", there)).contains("0"));
  }

  @Test
  void one_that_was_used_a_moment_ago_is_left() throws Exception {
    var sessions = kept(LONG, LONG);
    var first = sessions.look(login, KeptSessionsTest::pid);
    later.removeFirst().run();
    assertThat(sessions.look(login, KeptSessionsTest::pid)).isEqualTo(first);
  }
}
