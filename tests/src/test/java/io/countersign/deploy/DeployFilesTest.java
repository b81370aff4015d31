package io.countersign.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.server.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The files with which the bot is deployed fit the bot: names, paths and probes. No image is built
 * here.
 */
class DeployFilesTest {
  private static final Path FOLDER = Path.of("../manifest/deploy");
  private static final Set<String> HEALTH = Set.of("/health/live", "/health/ready");
  private static final Set<String> SLACK =
      Set.of("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL");

  /** The scheduler's longest wait for running steps, and as much again for everything else. */
  private static final int SHUTDOWN_SECONDS = 20;

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void the_example_of_settings_names_settings_that_there_are() throws IOException {
    var names = new TreeSet<String>();
    Pattern.compile("(?m)^([A-Z_]+)=")
        .matcher(text("countersign.env.example"))
        .results()
        .forEach(it -> names.add(it.group(1)));

    assertThat(names).contains("SLACK_BOT_TOKEN", "COUNTERSIGN_ROLES_PLATFORM_ADMIN");
    requireKnown(names);
  }

  @Test
  void Kubernetes_runs_two_bots_that_are_closed_in_and_spread() throws IOException {
    var deployment = kind("Deployment");
    var pod = deployment.at("/spec/template/spec");

    assertThat(deployment.at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(pod.at("/terminationGracePeriodSeconds").asInt()).isGreaterThan(SHUTDOWN_SECONDS);
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/topologySpreadConstraints")).isNotEmpty();
    assertThat(kind("PodDisruptionBudget").at("/spec/minAvailable").asInt()).isEqualTo(1);
    for (var container : containers(pod)) {
      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
          .isFalse();
      assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
    }
  }

  @Test
  void Kubernetes_asks_for_the_health_that_is_served_on_the_port_that_is_opened()
      throws IOException {
    var bot = kind("Deployment").at("/spec/template/spec/containers/0");

    for (var probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertThat(HEALTH).contains(bot.at("/" + probe + "/httpGet/path").asText());
      assertThat(bot.at("/" + probe + "/httpGet/port").asText()).isEqualTo("http");
    }
    assertThat(bot.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
    assertThat(bot.at("/ports/0/containerPort").asText())
        .isEqualTo(kind("ConfigMap").at("/data/COUNTERSIGN_PORT").asText());
  }

  @Test
  void Kubernetes_sets_what_the_bot_needs_and_nothing_that_it_does_not_know() throws IOException {
    var names = new TreeSet<String>();
    kind("ConfigMap").get("data").fieldNames().forEachRemaining(names::add);
    named("Secret", "countersign").get("stringData").fieldNames().forEachRemaining(names::add);
    for (var container : containers(kind("Deployment").at("/spec/template/spec"))) {
      container.path("env").forEach(it -> names.add(it.get("name").asText()));
    }

    requireKnown(names);
    requireComplete(names);
  }

  @Test
  void Kubernetes_mounts_only_volumes_that_there_are() throws IOException {
    var pod = kind("Deployment").at("/spec/template/spec");
    var volumes = new TreeSet<String>();
    pod.get("volumes").forEach(it -> volumes.add(it.get("name").asText()));

    for (var container : containers(pod)) {
      container.get("volumeMounts").forEach(it -> assertThat(volumes).contains(name(it)));
    }
    var secrets = new TreeSet<String>();
    all("kubernetes.yaml").stream()
        .filter(it -> it.get("kind").asText().equals("Secret"))
        .forEach(it -> secrets.add(it.at("/metadata/name").asText()));
    assertThat(secrets).contains(pod.at("/volumes/2/secret/secretName").asText());
  }

  @Test
  void Compose_sets_what_the_bot_knows_and_mounts_what_there_is() throws IOException {
    var compose = all("compose.yaml").getFirst();
    var names = new TreeSet<String>();
    for (var service : List.of("migrate", "countersign", "doctor")) {
      var it = compose.at("/services/" + service);
      it.get("environment").fieldNames().forEachRemaining(names::add);
      assertThat(FOLDER.resolve(it.at("/build/context").asText()))
          .isDirectoryContaining("glob:**/pom.xml");
      it.get("volumes").forEach(volume -> requireThere(volume.asText()));
      it.get("secrets").forEach(s -> assertThat(compose.get("secrets").has(s.asText())).isTrue());
    }
    compose.at("/services/database/volumes").forEach(it -> requireThere(it.asText()));

    requireKnown(names);
    assertThat(compose.at("/services/countersign/stop_grace_period").asText()).matches("[34]\\ds");
  }

  @Test
  void where_the_root_is_read_only_the_folders_that_are_written_are_mounted() throws IOException {
    var pod = kind("Deployment").at("/spec/template/spec/containers/0/volumeMounts");
    var compose = all("compose.yaml").getFirst().at("/services/countersign");
    assertThat(compose.get("read_only").asBoolean()).isTrue();
    assertThat(text("Dockerfile")).contains("-Djava.io.tmpdir=/var/lib/countersign/tmp");

    for (var folder :
        List.of(
            "/var/lib/countersign/tmp",
            "/var/lib/countersign/copies",
            "/var/backups/countersign")) {
      assertThat(pod).anyMatch(it -> it.get("mountPath").asText().equals(folder));
      assertThat(compose.get("volumes")).anyMatch(it -> it.asText().endsWith(":" + folder));
    }
  }

  /** What lies in the repository; secrets and backups are the operator's. */
  private static void requireThere(String volume) {
    var host = volume.split(":", -1)[0];
    if (host.startsWith(".") && !host.contains("secrets")) {
      assertThat(FOLDER.resolve(host)).exists();
    }
  }

  @Test
  void the_image_is_made_from_what_there_is_and_runs_as_nobody_special() throws IOException {
    var dockerfile = text("Dockerfile");

    var copied = Pattern.compile("(?m)^COPY ([^-]\\S*) ").matcher(dockerfile).results().toList();
    assertThat(copied).hasSizeGreaterThan(4);
    assertThat(copied).allSatisfy(it -> assertThat(Path.of("..").resolve(it.group(1))).exists());
    assertThat(dockerfile)
        .contains("COPY --from=build /source/app/target/countersign /opt/countersign")
        .contains("USER 10001:10001")
        .contains("-Xmx")
        .contains("/health/live")
        .contains("mvn -B -ntp -pl app -am package");
    assertThat(Files.readString(Path.of("../app/pom.xml")))
        .contains("${project.build.directory}/countersign/lib")
        .contains("${project.build.directory}/countersign/bin");
  }

  private static void requireKnown(Set<String> names) throws IOException {
    var estate = Files.readString(Path.of("../manifest/estates/medsuite.yaml"));
    var script = Files.readString(Path.of("../app/src/main/bin/countersign"));
    var environment = new TreeMap<String, String>();
    for (var name : names) {
      var bare = name.replaceFirst("_FILE$", "");
      assertThat(
              SLACK.contains(bare)
                  || bare.startsWith("COUNTERSIGN_")
                  || bare.equals("JAVA_OPTS")
                  || estate.contains("${env." + bare + "}"))
          .as("%s is read by somebody", name)
          .isTrue();
      if (!name.equals(bare)) {
        assertThat(script).contains(bare);
      }
      environment.put(bare, "users:U1,U2");
    }
    var refused = catchThrowableOfType(Settings.Refused.class, () -> Settings.of(environment));
    assertThat(refused).as("folders and the like").isNotNull();
    assertThat(refused.getMessage()).doesNotContain("there is no such setting");
  }

  private static void requireComplete(Set<String> names) {
    var environment = new TreeMap<String, String>();
    names.forEach(it -> environment.put(it, "users:U1,U2"));
    var refused = catchThrowableOfType(Settings.Refused.class, () -> Settings.of(environment));
    assertThat(refused.getMessage()).doesNotContain("is not set");
  }

  private static List<JsonNode> containers(JsonNode pod) {
    var all = new ArrayList<JsonNode>();
    pod.get("initContainers").forEach(all::add);
    pod.get("containers").forEach(all::add);
    assertThat(all).hasSize(3);
    return all;
  }

  private static String name(JsonNode node) {
    return node.get("name").asText();
  }

  private JsonNode kind(String kind) throws IOException {
    return all("kubernetes.yaml").stream()
        .filter(it -> it.get("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private JsonNode named(String kind, String name) throws IOException {
    return all("kubernetes.yaml").stream()
        .filter(it -> it.get("kind").asText().equals(kind))
        .filter(it -> it.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private List<JsonNode> all(String file) throws IOException {
    var documents = new ArrayList<JsonNode>();
    var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    yaml.loadAll(text(file)).forEach(it -> documents.add(json.valueToTree(it)));
    return documents;
  }

  private static String text(String file) throws IOException {
    return Files.readString(FOLDER.resolve(file));
  }
}
