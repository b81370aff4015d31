package io.countersign.cli;

import static io.countersign.cli.Typed.SHIPPED;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The rules of Slack's own schema for manifests, as far as what we write touches them. */
class ManifestCommandTest {
  private static final Path SHIPPED_MANIFEST = Path.of("../manifest/slack-app.yaml");
  private static final String ADDRESS = "https://bot.example.com/slack/events";

  @Test
  void the_shipped_manifest_is_the_one_that_the_runbooks_make() throws IOException {
    var typed = Typed.run(new ManifestCommand(SHIPPED));

    assertThat(typed.exit()).isZero();
    assertThat(typed.out())
        .as("countersign manifest > manifest/slack-app.yaml")
        .isEqualTo(Files.readString(SHIPPED_MANIFEST));
  }

  @Test
  void without_an_address_it_is_for_socket_mode_and_names_none() {
    var typed = Typed.run(new ManifestCommand(SHIPPED));

    assertThat(section(yaml(typed), "settings")).containsEntry("socket_mode_enabled", true);
    assertThat(typed.out()).doesNotContain("url:");
  }

  @Test
  void with_an_address_slack_is_told_it_for_commands_events_buttons_and_typeaheads() {
    var manifest = yaml(Typed.run(new ManifestCommand(SHIPPED), "--url", ADDRESS));

    var settings = section(manifest, "settings");
    assertThat(settings).containsEntry("socket_mode_enabled", false);
    assertThat(section(settings, "event_subscriptions")).containsEntry("request_url", ADDRESS);
    assertThat(section(settings, "interactivity"))
        .containsEntry("request_url", ADDRESS)
        .containsEntry("message_menu_options_url", ADDRESS);
    assertThat(commands(manifest))
        .isNotEmpty()
        .allSatisfy(it -> assertThat(it).containsEntry("url", ADDRESS));
  }

  @Test
  void every_key_is_one_that_slack_knows_and_every_text_is_short_enough() {
    var manifest = yaml(Typed.run(new ManifestCommand(SHIPPED), "--url", ADDRESS));

    assertThat(manifest)
        .containsOnlyKeys(
            "_metadata", "display_information", "features", "oauth_config", "settings");
    var display = section(manifest, "display_information");
    assertThat(display).containsOnlyKeys("name", "description");
    assertThat(String.valueOf(display.get("name"))).hasSizeBetween(1, 35);
    assertThat(String.valueOf(display.get("description"))).hasSizeBetween(1, 140);
    assertThat(section(manifest, "features"))
        .containsOnlyKeys("app_home", "bot_user", "slash_commands");
    assertThat(section(section(manifest, "features"), "bot_user"))
        .containsOnlyKeys("display_name", "always_online");
    assertThat(section(section(manifest, "oauth_config"), "scopes")).containsOnlyKeys("bot");
    assertThat(section(manifest, "settings"))
        .containsOnlyKeys(
            "event_subscriptions",
            "interactivity",
            "org_deploy_enabled",
            "socket_mode_enabled",
            "token_rotation_enabled");
    assertThat(commands(manifest))
        .hasSizeBetween(1, 50)
        .allSatisfy(
            it -> {
              assertThat(it)
                  .containsOnlyKeys("command", "url", "description", "usage_hint", "should_escape");
              assertThat(String.valueOf(it.get("command"))).matches("/\\S{1,31}");
            });
  }

  @Test
  void a_command_is_described_by_its_runbook() {
    assertThat(commands(yaml(Typed.run(new ManifestCommand(SHIPPED)))))
        .contains(
            Map.of(
                "command", "/tenant-restore",
                "description", "Restore one tenant to a prior moment",
                "usage_hint", "acme to 14:30",
                "should_escape", false));
  }

  @Test
  void every_runbook_with_a_command_has_one_and_one_command_starts_any() {
    assertThat(commands(yaml(Typed.run(new ManifestCommand(SHIPPED)))))
        .extracting(it -> it.get("command"))
        .containsExactly(
            "/runbook",
            "/tenant-as-of",
            "/tenant-backup",
            "/tenant-drill",
            "/tenant-restore",
            "/tenant-restore-backup",
            "/tenant-rollback");
  }

  @Test
  void more_commands_than_an_app_may_have_are_refused(@TempDir Path folder) throws IOException {
    for (int i = 0; i < 50; i++) {
      Files.writeString(
          folder.resolve(i + ".yaml"),
          """
          runbook: sample-%1$d
          title: A sample
          estates: [medsuite]
          command: /sample-%1$d
          parameters:
            tenant: { type: tenant }
          steps:
            - id: tell
              action: tenant.invalidate
          """
              .formatted(i));
    }
    var here = Typed.shippedBut("COUNTERSIGN_RUNBOOKS", folder.toString());

    var many = Typed.run(new ManifestCommand(here));
    Files.delete(folder.resolve("49.yaml"));

    assertThat(many.exit()).isEqualTo(1);
    assertThat(many.out()).isEmpty();
    assertThat(many.err())
        .contains("50 runbooks have a command", "at most 50 commands, one of which is /runbook");
    var enough = Typed.run(new ManifestCommand(here));
    assertThat(enough.exit()).isZero();
    assertThat(commands(yaml(enough))).hasSize(50);
  }

  @Test
  void an_address_that_slack_would_not_call_is_refused() {
    var typed = Typed.run(new ManifestCommand(SHIPPED), "--url", "http://bot.example.com");

    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("begins with https://");
  }

  private static Map<String, Object> yaml(Typed typed) {
    return new Yaml().load(typed.out());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> section(Map<String, Object> of, String key) {
    return (Map<String, Object>) of.getOrDefault(key, Map.of());
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> commands(Map<String, Object> manifest) {
    return (List<Map<String, Object>>)
        section(manifest, "features").getOrDefault("slash_commands", List.of());
  }
}
