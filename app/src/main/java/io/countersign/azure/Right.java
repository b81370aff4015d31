package io.countersign.azure;

import java.util.List;

/** What the bot does in Azure, one by one: the action as roles name it, and what it is for. */
public enum Right {
  READ_SERVERS(
      "Microsoft.DBforPostgreSQL/flexibleServers/read", "to find servers and their copies"),
  WRITE_SERVERS(
      "Microsoft.DBforPostgreSQL/flexibleServers/write",
      "to make a copy of a server, and to give the copy its password"),
  DELETE_SERVERS("Microsoft.DBforPostgreSQL/flexibleServers/delete", "to remove a copy"),
  READ_OPERATIONS(
      "Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read",
      "to see how far a restore is, and why it failed"),
  READ_FIREWALL(
      "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/read",
      "to see who may reach a copy"),
  WRITE_FIREWALL(
      "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/write",
      "to let the bot alone into a copy"),
  DELETE_FIREWALL(
      "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/delete",
      "to shut a copy to everybody else"),
  READ_SECRETS("Microsoft.KeyVault/vaults/secrets/getSecret/action", "to read logins"),
  LIST_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
      "to see whether a secret is disabled"),
  WRITE_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/setSecret/action",
      "to store the login of a restored database"),
  DELETE_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/delete", "to remove what a run that was put back stored"),
  RECOVER_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/recover/action",
      "to store a login under a name that an earlier try removed");

  private static final String CUSTOM_ROLE = "Countersign Restorer";

  private final String action;
  private final String purpose;

  Right(String action, String purpose) {
    this.action = action;
    this.purpose = purpose;
  }

  /** As roles name it. */
  public String action() {
    return action;
  }

  /** Why the bot needs it, a clause. */
  public String purpose() {
    return purpose;
  }

  /** Those that are asked for at the resource group of the servers. */
  public static List<Right> onServers() {
    return List.of(
        READ_SERVERS,
        WRITE_SERVERS,
        DELETE_SERVERS,
        READ_OPERATIONS,
        READ_FIREWALL,
        WRITE_FIREWALL,
        DELETE_FIREWALL);
  }

  boolean ofVault() {
    return action.startsWith("Microsoft.KeyVault/");
  }

  /** The role that has it: a built-in one where there is a narrow one. */
  public String role() {
    if (!ofVault()) {
      return CUSTOM_ROLE;
    }
    return this == READ_SECRETS || this == LIST_SECRETS
        ? "Key Vault Secrets User"
        : "Key Vault Secrets Officer";
  }

  /**
   * The command that gives it.
   *
   * @param scope the id of the resource group or of the vault
   */
  public String remedy(String scope) {
    return "Give the bot's identity the role "
        + role()
        + (ofVault() ? "" : " (manifest/README.md has it)")
        + ": az role assignment create --assignee <bot> --role \""
        + role()
        + "\" --scope "
        + scope
        + ". A new assignment takes some minutes; then retry.";
  }
}
