package io.countersign.slack;

import com.slack.api.bolt.App;
import io.countersign.Person;
import io.countersign.Role;
import io.countersign.Secret;
import io.countersign.estate.ServerRestorer;
import io.countersign.fuzz.Words;
import io.countersign.gate.Roster;
import io.countersign.run.TenantIndex;
import io.countersign.support.Samples;
import io.countersign.support.SomeTenants;
import io.countersign.thread.Inbox;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything between Slack and the table of requests, without either: what is kept is checked for
 * being readable again, and for nothing in it that PostgreSQL would not take.
 */
final class FuzzedEdge {
  static final String SECRET = "a-signing-secret";
  static final Instant NOW = Samples.NOON;
  private static final InboundJson JSON = new InboundJson();

  final App app;
  final SlackHttp http;
  final SocketRequests socket;

  FuzzedEdge() {
    var settings =
        new SlackSettings(
            new Secret("xoxb-fuzzed"),
            Optional.of(new Secret(SECRET)),
            Optional.of(new Secret("xapp-fuzzed")),
            URI.create("http://127.0.0.1:9/api/"),
            Set.of());
    var tenants =
        new TenantIndex(
            Map.of(
                "medsuite",
                new SomeTenants("medsuite")
                    .with("acme", "Acme")
                    .estate(new ServerRestorer.Window(Instant.EPOCH, Instant.MAX))),
            InstantSource.fixed(NOW),
            it -> Thread.ofVirtual().start(it));
    var runbooks = List.of(Words.RUNBOOK);
    var intake = new Intake(new Checked(), _ -> {}, Runnable::run);
    app =
        new BoltApp(
                intake,
                new AskReader(runbooks, tenants, InstantSource.fixed(NOW)),
                new Suggestions(
                    runbooks, tenants, new Viewers(new Everybody(), InstantSource.fixed(NOW))))
            .build(settings);
    // Bolt's own check of signatures reads the machine's clock
    http = new SlackHttp(new RequestCheck(new Secret(SECRET), InstantSource.system()), app);
    socket = new SocketRequests(app);
  }

  private static final class Checked implements Inbox {
    @Override
    public boolean accept(String key, String kind, String body) {
      var written = new String(body.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      require(!key.isEmpty() && key.indexOf(0) < 0, "kept without a key");
      require(written.equals(body), "half a character is kept");
      var read = JSON.read(new Waiting(key, kind, body));
      require(read.toString().indexOf(0) < 0, "a NUL is kept");
      require(
          JSON.read(new Waiting(key, kind, JSON.write(read))).equals(read), "it is read otherwise");
      return true;
    }

    @Override
    public List<Waiting> unhandled(Duration age, int limit) {
      return List.of();
    }

    @Override
    public void handled(String key) {}
  }

  static void require(boolean holds, String why) {
    if (!holds) {
      throw new AssertionError(why);
    }
  }

  /** Alice may. */
  private static final class Everybody implements Roster {
    @Override
    public Reading read(Role role) {
      return new Reading.Members(Set.of(Samples.ALICE), 0, Duration.ZERO);
    }

    @Override
    public Membership membership(Person person) {
      return new Membership.Full();
    }
  }
}
