package io.countersign.azure;

import io.countersign.Problem;

/** A call to Azure that came to nothing, on its way to whoever tells people. */
final class AzureFailed extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Trouble trouble;
  private final transient Right right;
  private final String scope;

  /**
   * @param right that the call takes
   * @param scope at which it would be granted
   */
  AzureFailed(Trouble trouble, Right right, String scope) {
    super(trouble.said());
    this.trouble = trouble;
    this.right = right;
    this.scope = scope;
  }

  Trouble trouble() {
    return trouble;
  }

  /**
   * For people.
   *
   * @param doing what was being done, a clause
   */
  Problem problem(String doing) {
    return new Problem(doing, happened(), next());
  }

  private String happened() {
    return trouble.status() == 403
        ? "The bot may not "
            + right.action()
            + ", which it needs "
            + right.purpose()
            + ". "
            + trouble.said()
        : trouble.said();
  }

  private String next() {
    return switch (trouble) {
      case Trouble.NoIdentity(_, var next, _) -> next;
      case Trouble.NoAnswer(_, var config) ->
          config
              ? "Correct azure.endpoints or secrets.key-vault in the estate's file, or the name"
                  + " service and proxy of the bot's host, then retry."
              : "Look whether the bot's host reaches Azure (proxy, firewall, status.azure.com),"
                  + " then retry.";
      case Trouble.Refused(var status, _, _, var pause) ->
          switch (status) {
            case 401 ->
                "Azure does not take the bot's token: look at azure.identity and azure.tenant, and"
                    + " at the clock of the bot's host, then retry.";
            case 403 -> right.remedy(scope);
            case 404 ->
                "Compare subscription, resource group and names in the estate's file and the"
                    + " registry with Azure.";
            case 409 -> "Something else is being done with it in Azure; retry when that is over.";
            case 429 ->
                "Azure asks for fewer requests; retry in "
                    + Math.max(1, pause.toSeconds())
                    + " seconds.";
            default ->
                status >= 500
                    ? "Look at status.azure.com, then retry."
                    : "Read what Azure says, correct it, then retry.";
          };
    };
  }
}
