package io.countersign.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The rules of axe-core on what the browser shows: WCAG 2.1 A and AA, and its best practices. */
final class Axe {
  private static final String SCRIPT = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

  /** Contrast is looked at in both schemes by {@link Look}, text over stripes included. */
  private static final String BROKEN =
      """
      axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
        rules: {'color-contrast': {enabled: false}}, resultTypes: ['violations']
      }).then(found => found.violations.flatMap(rule => rule.nodes.map(node =>
        rule.id + ' (' + rule.impact + '): ' + rule.help + ': ' + node.html.slice(0, 200))))\
      """;

  private final Browser browser;

  Axe(Browser browser) {
    this.browser = browser;
  }

  /** One line for each rule and element that breaks it. */
  List<String> broken() {
    if (!browser.run("typeof axe === 'object'").asBoolean()) {
      browser.run(script() + "; true");
    }
    var found = new ArrayList<String>();
    browser.run(BROKEN).forEach(it -> found.add(it.asText()));
    return found;
  }

  private static String script() {
    try (InputStream in = Axe.class.getResourceAsStream(SCRIPT)) {
      if (in == null) {
        throw new AssertionError("axe-core is not at " + SCRIPT);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
