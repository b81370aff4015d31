package io.countersign.slack;

import com.slack.api.Slack;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import io.countersign.Role;
import io.countersign.Secret;
import io.countersign.gate.Roster;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks at a Slack as the bot will find it, for whoever installs it. Changes nothing there. */
public final class SlackLook {
  /** What the bot's token must be allowed. */
  public static final Set<String> SCOPES = Set.copyOf(Scopes.all());

  private final MethodsClient methods;
  private final SlackApi api;

  private SlackLook(MethodsClient methods) {
    this.methods = methods;
    this.api = new SlackApi(methods);
  }

  public static SlackLook of(SlackSettings settings) {
    return new SlackLook(
        Slack.getInstance(SlackApi.config(settings)).methods(settings.botToken().reveal()));
  }

  /** What came of looking. */
  public sealed interface Look<T> {
    record Seen<T>(T value) implements Look<T> {}

    /**
     * @param why Slack's own word, or that there was no answer
     */
    record Nothing<T>(String why) implements Look<T> {}

    default <U> Look<U> map(Function<T, U> change) {
      return switch (this) {
        case Seen<T>(var value) -> new Seen<>(change.apply(value));
        case Nothing<T>(var why) -> new Nothing<>(why);
      };
    }
  }

  /**
   * Whose token it is and what it may.
   *
   * @param scopes empty where Slack did not say them
   * @param date Slack's clock, to the second
   */
  public record Token(String team, String user, Set<String> scopes, Optional<Instant> date) {
    public Token {
      scopes = Set.copyOf(scopes);
    }
  }

  /** A channel as far as it matters for runs in it. */
  public record Channel(boolean member, boolean shared, boolean archived, boolean direct) {}

  /** {@code auth.test}. */
  public Look<Token> token() {
    return look(() -> methods.authTest(r -> r))
        .map(
            it ->
                new Token(
                    it.getTeam() == null ? it.getTeamId() : it.getTeam(),
                    it.getUser() == null ? it.getUserId() : it.getUser(),
                    scopes(it.getHttpResponseHeaders()),
                    date(it.getHttpResponseHeaders())));
  }

  /** {@code conversations.info}. */
  public Look<Channel> channel(String id) {
    return switch (api.room(id)) {
      case Answer.Ok<SlackApi.Room>(var it) ->
          new Look.Seen<>(new Channel(it.member(), it.shared(), it.archived(), it.direct()));
      case Answer.Failed<SlackApi.Room>(var code) -> new Look.Nothing<>(code);
      case Answer.RateLimited<SlackApi.Room> it -> new Look.Nothing<>(it.trouble());
      case Answer.Unreachable<SlackApi.Room>(var why) -> new Look.Nothing<>(why);
    };
  }

  /** Asks for a socket and does not open it: {@code apps.connections.open}, once a minute. */
  public Look<String> socket(Secret appToken) {
    return look(() -> methods.appsConnectionsOpen(r -> r.token(appToken.reveal())))
        .map(_ -> "a socket was offered");
  }

  /** Who holds a role now, read as for a vote. */
  public Roster.Reading holders(Role role, RoleSource source, InstantSource clock) {
    return new SlackRoster(api, Map.of(role, source), clock).read(role);
  }

  private interface Request<R> {
    R send() throws IOException, SlackApiException;
  }

  private static <R extends SlackApiTextResponse> Look<R> look(Request<R> request) {
    try {
      var response = request.send();
      var error = response.getError() == null ? "unknown_error" : response.getError();
      return response.isOk() ? new Look.Seen<>(response) : new Look.Nothing<>(error);
    } catch (SlackApiException refused) {
      return new Look.Nothing<>("HTTP status " + refused.getResponse().code());
    } catch (IOException | RuntimeException lost) {
      return new Look.Nothing<>("no answer, " + lost.getClass().getSimpleName());
    }
  }

  private static Set<String> scopes(@Nullable Map<String, List<String>> headers) {
    return header(headers, "x-oauth-scopes")
        .map(it -> new TreeSet<>(Arrays.asList(it.split("[, ]+", -1))))
        .orElseGet(TreeSet::new);
  }

  private static Optional<Instant> date(@Nullable Map<String, List<String>> headers) {
    try {
      return header(headers, "date")
          .map(it -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(it)));
    } catch (DateTimeException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<String> header(@Nullable Map<String, List<String>> headers, String name) {
    return headers == null
        ? Optional.empty()
        : headers.entrySet().stream()
            .filter(it -> name.equalsIgnoreCase(it.getKey()))
            .flatMap(it -> it.getValue().stream())
            .findFirst();
  }
}
