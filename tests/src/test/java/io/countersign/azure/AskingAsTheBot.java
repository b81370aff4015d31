package io.countersign.azure;

import com.azure.core.credential.TokenRequestContext;
import io.countersign.estate.AzureAccount;
import io.countersign.estate.AzureAccount.Endpoints;
import io.countersign.estate.AzureAccount.Identity;
import io.countersign.estate.SecretName;
import io.countersign.estate.SecretStore.SecretUnavailable;
import io.countersign.sandbox.azure.StandInAzure;
import io.countersign.sandbox.azure.Tokens;
import java.io.PrintStream;
import java.net.URI;
import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A process of its own whose environment says who the bot is. It reads a secret twice and asks
 * twice for a token for databases, and logs everything that the libraries have to say.
 */
final class AskingAsTheBot {
  private AskingAsTheBot() {}

  /**
   * Arguments: address and certificate of the stand-in, a secret's name, and any number of
   * identities: {@code managed}, {@code managed:<client>}, {@code cli}, {@code cli:<tenant>}.
   */
  public static void main(String[] arguments) {
    System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s %5$s %6$s%n");
    var console = new ConsoleHandler();
    console.setLevel(Level.ALL);
    var root = Logger.getLogger("");
    root.addHandler(console);
    root.setLevel(Level.ALL);
    var address = URI.create(arguments[0]);
    var endpoints = new Endpoints(address, address, arguments[1]);
    for (int i = 3; i < arguments.length; i++) {
      var parts = arguments[i].split(":", 2);
      var argument = parts.length > 1 ? parts[1] : "";
      boolean managed = parts[0].equals("managed");
      var account =
          new AzureAccount(
              StandInAzure.SUBSCRIPTION,
              StandInAzure.GROUP,
              managed ? StandInAzure.TENANT : argument,
              managed ? new Identity.Managed(argument) : new Identity.Cli(),
              endpoints);
      said(System.out, arguments[i], new AzureClients(account), address, arguments[2]);
    }
  }

  static void said(PrintStream out, String who, AzureClients clients, URI address, String secret) {
    try {
      var vault = new KeyVaultSecrets(address, clients);
      for (int i = 0; i < 2; i++) {
        out.println(who + " READ " + vault.login(new SecretName(secret)).user());
      }
      var request = new TokenRequestContext().addScopes(Tokens.DATABASES + "/.default");
      for (int i = 0; i < 2; i++) {
        out.println(who + " TOKEN " + !clients.credential().getTokenSync(request).isExpired());
      }
    } catch (SecretUnavailable unavailable) {
      out.println(who + " PROBLEM " + unavailable.problem().line());
    }
  }
}
