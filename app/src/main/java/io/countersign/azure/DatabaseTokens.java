package io.countersign.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenRequestContext;
import io.countersign.Problem;
import io.countersign.Secret;
import io.countersign.estate.ServerRestorer.RestorerUnavailable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that PostgreSQL in Azure takes as the bot's password. A server looks at one when a session
 * begins and never again, so what counts is that whoever begins one has one that is good.
 */
public final class DatabaseTokens {
  private static final String SCOPE = "https://ossrdbms-aad.database.windows.net/.default";
  private static final String DOING = "asking Entra for the bot's token for PostgreSQL";

  /** With less left, one is asked for anew; where that fails, the old one serves to its end. */
  private static final Duration ENOUGH = Duration.ofMinutes(5);

  private final AzureClients clients;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable AccessToken kept;

  public DatabaseTokens(AzureClients clients, InstantSource clock) {
    this.clients = clients;
    this.clock = clock;
  }

  /** The bot's password; each use has one that is good. */
  public Secret password() {
    return Secret.asked(this::token);
  }

  private String token() {
    lock.lock();
    try {
      var had = kept;
      if (had != null && left(had).compareTo(ENOUGH) > 0) {
        return had.getToken();
      }
      var fresh = asked(had);
      kept = fresh;
      return fresh.getToken();
    } finally {
      lock.unlock();
    }
  }

  private Duration left(AccessToken token) {
    return Duration.between(clock.instant(), token.getExpiresAt().toInstant());
  }

  private AccessToken asked(@Nullable AccessToken had) {
    try {
      return clients.credential().getTokenSync(new TokenRequestContext().addScopes(SCOPE));
    } catch (RuntimeException thrown) {
      if (had != null && left(had).isPositive()) {
        return had;
      }
      throw new Secret.NotIssued(problem(thrown));
    }
  }

  private Problem problem(RuntimeException thrown) {
    if (thrown instanceof RestorerUnavailable unavailable) {
      return unavailable.problem();
    }
    // a secret that was replaced, a token that was mounted anew: the next try reads it again
    clients.renew();
    return new AzureFailed(Trouble.of(thrown), Right.READ_SERVERS, "").problem(DOING);
  }
}
