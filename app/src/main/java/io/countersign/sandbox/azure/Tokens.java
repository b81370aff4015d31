package io.countersign.sandbox.azure;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The token endpoint: client secrets and federated tokens against bearer tokens. */
public final class Tokens {
  /** What tokens for PostgreSQL are asked for; they open nothing else. */
  public static final String DATABASES = "https://ossrdbms-aad.database.windows.net";

  private static final Duration LIFE = Duration.ofHours(1);

  private final Clock clock;
  private final String secret;
  private final Map<String, Token> issued = new ConcurrentHashMap<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private volatile Duration lifeOfDatabases = LIFE;
  private volatile Consumer<String> ofDatabases = _ -> {};

  /**
   * @param secret that proves who the bot is: a client's secret, or what the mounted token holds
   */
  Tokens(Clock clock, String secret) {
    this.clock = clock;
    this.secret = secret;
  }

  /** What proves who the bot is, to be searched for in logs. */
  public String secret() {
    return secret;
  }

  Answer issue(Call call) {
    var form = call.form();
    var given = form.getOrDefault("client_secret", form.getOrDefault("client_assertion", ""));
    if (!given.equals(secret)) {
      var refusal =
          Answer.object()
              .put("error", "invalid_client")
              .put(
                  "error_description",
                  "AADSTS7000215: Invalid client secret provided. Sent was " + given);
      return Answer.of(401, refusal);
    }
    var token = grant(audience(form.getOrDefault("scope", "")));
    var life = Duration.between(clock.instant(), token.until()).toSeconds();
    return Answer.of(
        200,
        Answer.object()
            .put("token_type", "Bearer")
            .put("expires_in", life)
            .put("ext_expires_in", life)
            .put("access_token", token.text()));
  }

  /** The libraries ask for more beside it, which nobody needs here. */
  private static String audience(String scope) {
    return Arrays.stream(scope.split(" ", -1))
        .filter(it -> it.endsWith("/.default"))
        .map(it -> it.substring(0, it.length() - "/.default".length()))
        .findFirst()
        .orElse("");
  }

  /**
   * A token.
   *
   * @param audience whom it is for
   */
  public record Token(String text, String audience, Instant until) {}

  /** Issues one to somebody whose identity is proved. */
  public Token grant(String audience) {
    boolean databases = audience.equals(DATABASES);
    var token =
        new Token(
            "stand-in-token-" + UUID.randomUUID(),
            audience,
            clock.instant().plus(databases ? lifeOfDatabases : LIFE));
    issued.put(token.text(), token);
    counts.merge(audience, 1, Integer::sum);
    if (databases) {
      ofDatabases.accept(token.text());
    }
    return token;
  }

  /** How many were issued for somebody. */
  public int count(String audience) {
    return counts.getOrDefault(audience, 0);
  }

  /** How long tokens for PostgreSQL are good. */
  public void lifeOfDatabases(Duration life) {
    lifeOfDatabases = life;
  }

  /** Told each new token for PostgreSQL, before whoever asked for it. */
  public void onDatabases(Consumer<String> listener) {
    ofDatabases = listener;
  }

  /** Whether resource manager and vault take it. */
  boolean areGood(String token) {
    var it = issued.get(token);
    return it != null && !it.audience().equals(DATABASES) && clock.instant().isBefore(it.until());
  }

  /** All that were issued are good no more, before their time. */
  public void revoke() {
    issued.clear();
  }

  /** All that are good, to be searched for in logs. */
  public java.util.Set<String> all() {
    return java.util.Set.copyOf(issued.keySet());
  }
}
