package io.countersign.azure;

import java.util.List;

/** What the bot does in Azure, one by one: the action as roles name it, and what it is for. */
public enum Right {
  READ_SERVERS(
      "Microsoft.DBforPostgreSQL/flexibleServers/read",
      "to find servers and their copies",
      "preflight: no server is found"),
  WRITE_SERVERS(
      "Microsoft.DBforPostgreSQL/flexibleServers/write",
      "to make a copy of a server, and to give the copy its password",
      "`server.restore` cannot ask for a copy, nor give it a password"),
  DELETE_SERVERS(
      "Microsoft.DBforPostgreSQL/flexibleServers/delete",
      "to remove a copy",
      "`server.discard` fails, and the run needs a person: the copy stands"),
  READ_OPERATIONS(
      "Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read",
      "to see how far a restore is, and why it failed",
      "`server.restore` cannot see how far it is, nor why it failed"),
  READ_FIREWALL(
      "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/read",
      "to see who may reach a copy",
      "the copy is made and not entered"),
  WRITE_FIREWALL(
      "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/write",
      "to let the bot alone into a copy",
      "the copy is made and not entered"),
  DELETE_FIREWALL(
      "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/delete",
      "to shut a copy to everybody else",
      "a copy that others may reach is made and not entered"),
  READ_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "to read logins",
      "nothing begins: no login can be read"),
  LIST_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
      "to see whether a secret is disabled or removed",
      "a disabled secret looks like a forbidden one, and whose a removed one was is not seen"),
  WRITE_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/setSecret/action",
      "to store the login of a restored database",
      "a restore by a new reference cannot store its login"),
  DELETE_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/delete",
      "to remove what a run that was put back stored",
      "a run that is put back leaves its login in the vault"),
  RECOVER_SECRETS(
      "Microsoft.KeyVault/vaults/secrets/recover/action",
      "to store a login under a name that an earlier try removed",
      "a login cannot be stored under a name that an earlier try removed"),
  SEE_VAULTS(
      "Microsoft.KeyVault/vaults/read",
      "to find the vault whose rights the doctor looks at",
      "`countersign doctor` cannot tell which rights on secrets are missing"),
  SEE_RIGHTS(
      "Microsoft.Authorization/permissions/read",
      "to tell which rights are missing",
      "`countersign doctor` cannot tell which rights are missing");

  private static final String CUSTOM_ROLE = "Countersign Restorer";

  private final String action;
  private final String purpose;
  private final String without;

  Right(String action, String purpose, String without) {
    this.action = action;
    this.purpose = purpose;
    this.without = without;
  }

  /** As roles name it. */
  public String action() {
    return action;
  }

  /** Why the bot needs it, a clause. */
  public String purpose() {
    return purpose;
  }

  /** What fails without it, as the table in manifest/README.md has it. */
  public String without() {
    return without;
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

  /**
   * Those that are asked for at the vault.
   *
   * @param writing whether runs store secrets there
   */
  public static List<Right> onSecrets(boolean writing) {
    return writing
        ? List.of(READ_SECRETS, LIST_SECRETS, WRITE_SECRETS, DELETE_SECRETS, RECOVER_SECRETS)
        : List.of(READ_SECRETS, LIST_SECRETS);
  }

  /** The role that has it: a built-in one where there is a narrow one. */
  public String role() {
    return switch (this) {
      case READ_SERVERS,
          WRITE_SERVERS,
          DELETE_SERVERS,
          READ_OPERATIONS,
          READ_FIREWALL,
          WRITE_FIREWALL,
          DELETE_FIREWALL ->
          CUSTOM_ROLE;
      case READ_SECRETS, LIST_SECRETS -> "Key Vault Secrets User";
      case WRITE_SECRETS, DELETE_SECRETS, RECOVER_SECRETS -> "Key Vault Secrets Officer";
      case SEE_VAULTS, SEE_RIGHTS -> "Reader";
    };
  }

  /**
   * The command that gives it.
   *
   * @param scope the id of the resource group or of the vault
   */
  public String remedy(String scope) {
    return "Give the bot's identity the role "
        + role()
        + (role().equals(CUSTOM_ROLE) ? " (manifest/README.md has it)" : "")
        + ": az role assignment create --assignee <bot> --role \""
        + role()
        + "\" --scope "
        + scope
        + ". A new assignment takes some minutes; then retry.";
  }
}
