package io.countersign.slack;

import java.util.Set;

/** What Slack's words for a failure mean for us. */
final class SlackWords {
  /** No call will work until somebody puts it right. */
  private static final Set<String> TOKEN =
      Set.of(
          "invalid_auth",
          "not_authed",
          "token_revoked",
          "token_expired",
          "account_inactive",
          "org_login_required",
          "not_allowed_token_type",
          "team_access_not_granted",
          "two_factor_setup_required");

  /** Nothing can be written into this channel, whatever it is. */
  private static final Set<String> CHANNEL =
      Set.of(
          "not_in_channel",
          "channel_not_found",
          "is_archived",
          "is_inactive",
          "restricted_action",
          "restricted_action_read_only_channel",
          "restricted_action_thread_only_channel",
          "restricted_action_non_threadable_channel",
          "restricted_action_thread_locked",
          "channel_is_limited_access",
          "ekm_access_denied",
          "posting_to_channel_denied");

  /** Slack fell over in the middle: it may have been done. */
  private static final Set<String> PERHAPS =
      Set.of("fatal_error", "internal_error", "service_unavailable", "request_timeout");

  private SlackWords() {}

  static boolean refusesToken(String code) {
    return TOKEN.contains(code);
  }

  static boolean refusesChannel(String code) {
    return CHANNEL.contains(code);
  }

  static boolean mayHaveBeenDone(String code) {
    return PERHAPS.contains(code);
  }

  static boolean isAboutBlocks(String code) {
    return code.startsWith("invalid_blocks") || code.equals("msg_blocks_too_long");
  }
}
