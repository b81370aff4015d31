package io.countersign.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A headless Chromium with one page. People's hands are real mouse and key events. */
public final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");

  /** Nothing but 127.0.0.1 is reached, whatever the browser would like to ask its maker. */
  private static final List<String> OPTIONS =
      List.of(
          "--headless",
          "--no-sandbox",
          "--remote-debugging-pipe",
          "--no-first-run",
          "--no-proxy-server",
          "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-breakpad",
          "--disable-gpu",
          "--disable-dev-shm-usage");

  private static final Map<String, Integer> KEYS =
      Map.of("Enter", 13, "Escape", 27, "Tab", 9, "ArrowUp", 38, "ArrowDown", 40);
  private static final int CONTROL = 2;
  private static final int SHIFT = 8;

  private final Process process;
  private final Path profile;
  private final DevTools tools;
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Browser(Process process, Path profile) {
    this.process = process;
    this.profile = profile;
    this.tools =
        new DevTools(
            new BufferedInputStream(process.getInputStream()),
            process.getOutputStream(),
            this::heard);
  }

  /** Starts a browser at a computer's width. */
  public static Browser start() {
    try {
      var profile = Files.createTempDirectory("countersign-browser-");
      // The protocol's two pipes are the descriptors 3 and 4, which a ProcessBuilder cannot give.
      var command =
          new ArrayList<>(
              List.of("sh", "-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh", program()));
      command.addAll(OPTIONS);
      command.add("--user-data-dir=" + profile);
      command.add("about:blank");
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      var browser = new Browser(process, profile);
      browser.attach();
      browser.resize(Width.COMPUTER);
      return browser;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static String program() {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return NAMES.stream()
        .flatMap(name -> Stream.of(path.split(File.pathSeparator, -1)).map(it -> Path.of(it, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseThrow(
            () ->
                new AssertionError(
                    "There is no "
                        + String.join(", ", NAMES)
                        + " on the PATH, so the sandbox's page cannot be tested. Install one; on"
                        + " Debian: apt-get install chromium"));
  }

  private void attach() {
    var target = tools.send("Target.createTarget", DevTools.params().put("url", "about:blank"));
    var session =
        tools.send(
            "Target.attachToTarget",
            DevTools.params()
                .put("targetId", target.path("targetId").asText())
                .put("flatten", true));
    tools.attach(session.path("sessionId").asText());
    Stream.of("Page.enable", "Runtime.enable", "Log.enable").forEach(tools::send);
  }

  private void heard(JsonNode event) {
    var params = event.path("params");
    switch (event.path("method").asText()) {
      case "Runtime.exceptionThrown" -> complaints.add(params.path("exceptionDetails").toString());
      case "Log.entryAdded" -> {
        if (params.path("entry").path("level").asText().equals("error")) {
          complaints.add(params.path("entry").toString());
        }
      }
      case "Runtime.consoleAPICalled" -> {
        if (params.path("type").asText().matches("error|warning|assert")) {
          complaints.add(params.path("args").toString());
        }
      }
      default -> {}
    }
  }

  /** A screen to look at the page on. */
  public enum Width {
    COMPUTER(1280, 900),
    PHONE(390, 844);

    private final int width;
    private final int height;

    Width(int width, int height) {
      this.width = width;
      this.height = height;
    }
  }

  // What people do

  public void open(URI address) {
    tools.send("Page.navigate", DevTools.params().put("url", address.toString()));
    await("document.readyState === 'complete' && document.querySelector('#persona option')");
  }

  /** Goes to an empty page, so that nothing of the last one is under way any more. */
  public void leave() {
    tools.send("Page.navigate", DevTools.params().put("url", "about:blank"));
    await("location.href === 'about:blank'");
  }

  public void resize(Width to) {
    tools.send(
        "Emulation.setDeviceMetricsOverride",
        DevTools.params()
            .put("width", to.width)
            .put("height", to.height)
            .put("deviceScaleFactor", 1)
            .put("mobile", to == Width.PHONE));
  }

  public void dark(boolean on) {
    var media = DevTools.params();
    media
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", on ? "dark" : "light");
    tools.send("Emulation.setEmulatedMedia", media);
  }

  /** Presses the mouse on an element, once it is there and nothing lies over it. */
  public void click(String selector) {
    var point =
        """
        (() => {
          const node = document.querySelector(%s);
          if (!node) return null;
          node.scrollIntoView({block: 'nearest', behavior: 'instant'});
          const box = node.getBoundingClientRect();
          const x = box.x + box.width / 2, y = box.y + box.height / 2;
          return node.contains(document.elementFromPoint(x, y)) ? {x, y} : null;
        })()\
        """
            .formatted(quoted(selector));
    var at = await(point);
    for (var type : List.of("mouseMoved", "mousePressed", "mouseReleased")) {
      tools.send(
          "Input.dispatchMouseEvent",
          DevTools.params()
              .put("type", type)
              .put("x", at.path("x").asDouble())
              .put("y", at.path("y").asDouble())
              .put("button", type.equals("mouseMoved") ? "none" : "left")
              .put("clickCount", 1));
    }
  }

  public void type(String text) {
    tools.send("Input.insertText", DevTools.params().put("text", text));
  }

  public void press(String key) {
    press(key, 0);
  }

  public void pressWithControl(String key) {
    press(key, CONTROL);
  }

  public void pressWithShift(String key) {
    press(key, SHIFT);
  }

  /** A letter's own key, as menus hear it. */
  public void pressLetter(String letter) {
    key("keyDown", letter, letter.toUpperCase(java.util.Locale.ROOT).charAt(0), letter, 0);
    key("keyUp", letter, letter.toUpperCase(java.util.Locale.ROOT).charAt(0), "", 0);
  }

  private void press(String key, int modifiers) {
    int code = Optional.ofNullable(KEYS.get(key)).orElseThrow();
    key("keyDown", key, code, key.equals("Enter") ? "\r" : "", modifiers);
    key("keyUp", key, code, "", modifiers);
  }

  private void key(String type, String key, int code, String text, int modifiers) {
    var event =
        DevTools.params()
            .put("type", text.isEmpty() && type.equals("keyDown") ? "rawKeyDown" : type)
            .put("key", key)
            .put("windowsVirtualKeyCode", code)
            .put("modifiers", modifiers);
    if (!text.isEmpty()) {
      event.put("text", text);
    }
    tools.send("Input.dispatchKeyEvent", event);
  }

  // What people see

  /** The value of an expression in the page. */
  public JsonNode run(String expression) {
    var said =
        tools.send(
            "Runtime.evaluate",
            DevTools.params()
                .put("expression", expression)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    if (said.has("exceptionDetails")) {
      throw new AssertionError(expression + "\n" + said.get("exceptionDetails"));
    }
    return said.path("result").path("value");
  }

  /** Waits until an expression is true, or anything that is not nothing, and answers it. */
  public JsonNode await(String expression) {
    var truth = "(it => it instanceof Node ? true : it)(" + expression + ")";
    try {
      return Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(30))
          .until(() -> run(truth), it -> it.isContainerNode() || it.asBoolean());
    } catch (ConditionTimeoutException never) {
      picture("never");
      throw new AssertionError(
          "never: "
              + expression
              + "\nwidths: "
              + run(
                  """
                  [innerWidth, screen.width].concat([...document.querySelectorAll('*')]
                    .filter(it => it.getBoundingClientRect().right > screen.width)
                    .map(it => it.tagName + '#' + it.id + '.' + it.className)).join(' ')
                  """)
              + "\nthe page says:\n"
              + text("body"),
          never);
    }
  }

  /** Waits until an element says something. */
  public void awaitText(String selector, String words) {
    await(
        "[...document.querySelectorAll(%s)].some(it => it.innerText.includes(%s))"
            .formatted(quoted(selector), quoted(words)));
  }

  public String text(String selector) {
    return run("document.querySelector(%s)?.innerText ?? ''".formatted(quoted(selector))).asText();
  }

  public boolean has(String selector) {
    return run("document.querySelector(%s) !== null".formatted(quoted(selector))).asBoolean();
  }

  /** Whether the focus is on an element that matches. */
  public boolean focusIsOn(String selector) {
    return run("document.activeElement.matches(%s)".formatted(quoted(selector))).asBoolean();
  }

  public void awaitFocusOn(String selector) {
    await("document.activeElement.matches(%s)".formatted(quoted(selector)));
  }

  /** Errors and warnings of the page since the last time. */
  public List<String> takeComplaints() {
    var taken = List.copyOf(complaints);
    complaints.removeAll(taken);
    return taken;
  }

  /** Keeps a picture for people who look at what the tests saw. */
  public void picture(String name) {
    var shot = tools.send("Page.captureScreenshot", DevTools.params().put("format", "png"));
    try {
      var folder = Files.createDirectories(Path.of("target/screenshots"));
      Files.write(
          folder.resolve(name + ".png"), Base64.getDecoder().decode(shot.path("data").asText()));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** As a JavaScript string. */
  public static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      delete(profile);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    assertThat(process.isAlive()).as("the browser has ended").isFalse();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }
}
