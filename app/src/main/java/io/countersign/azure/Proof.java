package io.countersign.azure;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import io.countersign.azure.Trouble.NoAnswer;
import io.countersign.azure.Trouble.NoIdentity;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Identity;
import reactor.core.publisher.Mono;

/**
 * The bot's identity, which says what to do where it gets no token: what the libraries say of it
 * depends on the kind, speaks of their own classes, and may quote what was sent.
 */
final class Proof implements TokenCredential {
  private final AzureAccount account;
  private final TokenCredential library;

  Proof(AzureAccount account, TokenCredential library) {
    this.account = account;
    this.library = library;
  }

  /** No token was to be had; the cause goes no further than this package. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient NoIdentity trouble;

    Refused(NoIdentity trouble) {
      super(trouble.said());
      this.trouble = trouble;
    }

    NoIdentity trouble() {
      return trouble;
    }
  }

  @Override
  public Mono<AccessToken> getToken(TokenRequestContext request) {
    return library.getToken(request).onErrorMap(RuntimeException.class, this::refused);
  }

  @Override
  public AccessToken getTokenSync(TokenRequestContext request) {
    try {
      return library.getTokenSync(request);
    } catch (RuntimeException thrown) {
      throw refused(thrown);
    }
  }

  private Refused refused(RuntimeException thrown) {
    var trouble =
        switch (Trouble.of(thrown)) {
          case NoAnswer(var why, var config) ->
              new NoIdentity(whose() + ": " + why, config ? elsewhere() : next(), !config);
          case NoIdentity(var why, _, _) -> new NoIdentity(why, next(), false);
          case Trouble.Refused refused ->
              // not its words: they quote what was sent
              new NoIdentity(whose() + " answers " + refused.status(), next(), refused.passing());
        };
    return new Refused(trouble);
  }

  /** Who is asked for tokens. */
  private String whose() {
    return switch (account.identity()) {
      case Identity.Managed _ -> "the machine's own identity";
      case Identity.Cli _ -> "the program az";
      case Identity.Workload _, Identity.ClientSecret _ -> "Entra";
    };
  }

  private String elsewhere() {
    return "Correct azure.endpoints in the estate's file, or the name service and proxy of the"
        + " bot's host, then retry.";
  }

  private String next() {
    return switch (account.identity()) {
      case Identity.Workload(var client, var file) ->
          "Look at azure.tenant and azure.client, whether "
              + file
              + " holds the cluster's present token, and whether Entra trusts its service account:"
              + " az ad app federated-credential list --id "
              + client
              + ". Then retry.";
      case Identity.Managed(var client) ->
          "azure.identity managed works on a machine in Azure. "
              + (client.isEmpty()
                  ? "Give this one an identity: az vm identity assign, az webapp identity assign."
                  : "Give this one the identity "
                      + client
                      + " (az vm identity assign --identities), or correct azure.client.")
              + " Then retry.";
      case Identity.ClientSecret(var client, var file) ->
          "Look at azure.tenant and azure.client, and whether "
              + file
              + " holds a secret of the application that has not expired: az ad app credential list"
              + " --id "
              + client
              + ". Then retry.";
      case Identity.Cli _ ->
          "Run az login as the user that the bot runs as, with az installed; then retry.";
    };
  }
}
