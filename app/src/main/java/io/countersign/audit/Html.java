package io.countersign.audit;

import java.util.List;

/**
 * Markup that is written piece by piece. Every text goes through {@link #text}: what people typed
 * and what servers said never becomes markup.
 */
final class Html {
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>TITLE</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d1c1d; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #ddd; }
      table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #eee; }
      pre { background: #f6f6f6; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }
      img { max-width: 100%; } code, td { overflow-wrap: anywhere; } .good { color: #1a6b3a; } .bad { color: #a4161a; font-weight: 600; } .quiet { color: #666; }
      @media print { details { display: block; } }
      </style></head><body>
      """;

  private final StringBuilder out = new StringBuilder();

  Html(String title) {
    out.append(HEAD.replace("TITLE", text(title)));
    element("h1", title);
  }

  static String text(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  Html section(String title) {
    return element("h2", title);
  }

  Html paragraph(String words) {
    return element("p", words);
  }

  Html marked(boolean good, String words) {
    out.append(good ? "<p class=\"good\">" : "<p class=\"bad\">")
        .append(text(words))
        .append("</p>\n");
    return this;
  }

  Html exact(String words) {
    return element("pre", words);
  }

  /**
   * @param told what it shows, in words
   */
  Html picture(String base64, String told) {
    out.append("<img src=\"data:image/png;base64,")
        .append(base64)
        .append("\" alt=\"")
        .append(text(told))
        .append("\">\n");
    return this;
  }

  Html folded(String summary, String words) {
    out.append("<details><summary>").append(text(summary)).append("</summary>");
    exact(words);
    out.append("</details>\n");
    return this;
  }

  Html table(List<String> head, List<List<String>> rows) {
    out.append("<table>\n");
    row("th", head);
    rows.forEach(it -> row("td", it));
    out.append("</table>\n");
    return this;
  }

  private void row(String cell, List<String> texts) {
    out.append("<tr>");
    texts.forEach(it -> element(cell, it));
    out.append("</tr>\n");
  }

  private Html element(String name, String words) {
    out.append('<')
        .append(name)
        .append('>')
        .append(text(words))
        .append("</")
        .append(name)
        .append(">\n");
    return this;
  }

  String whole() {
    return out + "</body></html>\n";
  }
}
