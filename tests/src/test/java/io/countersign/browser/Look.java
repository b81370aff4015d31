package io.countersign.browser;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.browser.Browser.Width;
import java.util.ArrayList;
import java.util.List;

/** What must be true of the page wherever somebody stands on it, on both screens. */
public final class Look {
  /** What can be pressed and seen, without what lies behind an open dialog. */
  private static final String PRESSABLE =
      """
      [...(document.querySelector('dialog[open]') ?? document)
          .querySelectorAll('button, a.button, select, summary, input, textarea')]
        .filter(it => it.checkVisibility({visibilityProperty: true}))\
      """;

  private static final String NAMELESS =
      PRESSABLE
          + """
          .filter(it => !(it.getAttribute('aria-label') || it.innerText?.trim() || it.labels?.length
            || (it.getAttribute('aria-labelledby') ?? '').split(' ').some(id => id && document.getElementById(id)?.innerText)))
          .map(it => it.outerHTML)\
          """;

  private static final String SMALL =
      PRESSABLE
          + """
          .filter(it => !it.matches('input[type=radio], input[type=checkbox]'))
          .map(it => [it.getBoundingClientRect(), it])
          .filter(([box]) => box.height < 44 || box.width < 44)
          .map(([box, it]) => Math.round(box.width) + ' x ' + Math.round(box.height) + ' ' + it.outerHTML)\
          """;

  private static final String WIDE =
      """
      [document.documentElement, ...document.querySelectorAll('main, #place, #list, #thread, #replies, #sandbox, dialog[open], dialog[open] .scroll')]
        .filter(it => it.scrollWidth > it.clientWidth + 1)
        .map(it => (it.id || it.className || it.tagName) + ' is ' + it.scrollWidth + ' wide, and shows ' + it.clientWidth)\
      """;

  /**
   * Texts that stand out too little, by the formula of WCAG 2.2 (success criterion 1.4.3). Stripes
   * count as their first colour.
   */
  private static final String PALE =
      """
      (() => {
        const rgba = text => { const n = text.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
        const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
          .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const under = node => {
          for (let it = node; it; it = it.parentElement) {
            const style = getComputedStyle(it);
            const stripe = style.backgroundImage.match(/rgba?\\([^)]*\\)/);
            if (stripe) return rgba(stripe[0]);
            if (rgba(style.backgroundColor)[3] === 1) return rgba(style.backgroundColor);
          }
          return [255, 255, 255];
        };
        const pale = [];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const node = walker.currentNode.parentElement;
          if (!walker.currentNode.data.trim() || node.closest('script, noscript, option, .sr, [aria-hidden]')) continue;
          if (!node.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
          const [a, b] = [light(rgba(getComputedStyle(node).color)), light(under(node))].sort((x, y) => y - x);
          const ratio = (a + 0.05) / (b + 0.05);
          if (ratio < 4.5) pale.push(ratio.toFixed(2) + ' ' + walker.currentNode.data.trim().slice(0, 40));
        }
        return pale;
      })()\
      """;

  /**
   * Where Tab would go somewhere else than the eye: up, or to the left in one line. Columns count
   * first, then what scrolls by itself, then what stands in it.
   */
  private static final String ASTRAY =
      """
      (() => {
        const PLACE = 'header, form, .messages, #home, #side, #sandbox, .scroll, .buttons';
        const tabbable = [...(document.querySelector('dialog[open]') ?? document).querySelectorAll(
            'a[href], button, select, input, textarea, summary, [tabindex]')]
          .filter(it => it.tabIndex >= 0 && !it.matches('.skip-to')
            && it.checkVisibility({visibilityProperty: true}));
        const column = it => it.closest('#sandbox, #side, #place, #thread, dialog') ?? it;
        const place = it => it.closest(PLACE) ?? it;
        const after = (a, b) => {
          const [one, other] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
          const inLine = one.top < other.bottom - 2 && other.top < one.bottom - 2;
          return a.contains(b) || (inLine ? other.left >= one.left - 1 : other.top >= one.top);
        };
        const said = it => it.id || it.innerText?.trim().slice(0, 30) || it.outerHTML.slice(0, 80);
        return tabbable.slice(1).flatMap((b, i) => {
          const a = tabbable[i];
          const ways = [[column(a), column(b)], [place(a), place(b)], [a, b]];
          const isRight = after(...ways.find(([from, to]) => from !== to));
          return isRight ? [] : ['from ' + said(a) + ' to ' + said(b)];
        }).concat(tabbable.filter(it => it.tabIndex > 0).map(it => 'out of turn: ' + said(it)));
      })()\
      """;

  /** Colours do not change at once. */
  private static final String STILL = "document.getAnimations().length === 0";

  private final Browser browser;
  private final Axe axe;

  public Look(Browser browser) {
    this.browser = browser;
    this.axe = new Axe(browser);
  }

  /**
   * Looks at both widths, in light and in the dark, keeps a picture of each, and goes back to the
   * width given, in light.
   */
  public void around(String station, Width then) {
    for (var width : List.of(Width.COMPUTER, Width.PHONE)) {
      browser.resize(width);
      browser.await("innerWidth === " + (width == Width.PHONE ? 390 : 1280));
      var name = station + "-" + width.name().toLowerCase(java.util.Locale.ROOT);
      browser.dark(true);
      browser.await(STILL);
      assertThat(list(PALE)).as("%s in the dark: contrast under 4.5", name).isEmpty();
      if (width == Width.PHONE) {
        browser.picture(name + "-dark");
      }
      browser.dark(false);
      browser.await(STILL);
      browser.picture(name);
      check(station + " on a " + width, width);
    }
    browser.resize(then);
    browser.await("innerWidth === " + (then == Width.PHONE ? 390 : 1280));
  }

  private void check(String where, Width width) {
    assertThat(axe.broken()).as("%s: axe", where).isEmpty();
    assertThat(list(ASTRAY)).as("%s: Tab goes where the eye does not", where).isEmpty();
    assertThat(list(NAMELESS)).as("%s: pressed without a name", where).isEmpty();
    assertThat(list(WIDE)).as("%s: wider than the screen", where).isEmpty();
    assertThat(list(PALE)).as("%s: contrast under 4.5", where).isEmpty();
    if (width == Width.PHONE) {
      assertThat(list(SMALL)).as("%s: too small for a thumb", where).isEmpty();
    }
    assertThat(browser.takeComplaints()).as("%s: errors on the console", where).isEmpty();
  }

  private List<String> list(String expression) {
    var found = new ArrayList<String>();
    browser.run(expression).forEach(it -> found.add(it.asText()));
    return found;
  }
}
