package io.countersign.audit;

import io.countersign.audit.Anchor.AnchoredHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whether everything is as it was written: makes every hash again from the rows that stand there
 * now.
 *
 * @param runs how many runs were looked at
 * @param rows how many rows
 * @param links how many links
 * @param anchors how many anchors
 * @param findings what is not as it was written; at most {@link #MOST} are kept
 */
public record Verification(long runs, long rows, long links, long anchors, List<Finding> findings) {
  static final int MOST = 1000;

  public Verification {
    findings = List.copyOf(findings);
  }

  public boolean good() {
    return findings.isEmpty();
  }

  public static Verification of(AuditBook book) {
    return of(book, List.of());
  }

  /**
   * @param outside anchors that were kept outside of the database
   */
  public static Verification of(AuditBook book, List<AnchorLine> outside) {
    return new Look(book).verified(outside);
  }

  private static final class Look {
    private final AuditBook book;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, List<AnchoredHead>> anchored;
    private final Map<Long, List<AnchoredHead>> byAnchor;
    private long runs;
    private long rows;
    private long links;

    Look(AuditBook book) {
      this.book = book;
      var heads = book.anchoredHeads();
      this.anchored = heads.stream().collect(Collectors.groupingBy(AnchoredHead::chain));
      this.byAnchor = heads.stream().collect(Collectors.groupingBy(AnchoredHead::anchor));
    }

    Verification verified(List<AnchorLine> outside) {
      for (var chain : book.chains()) {
        var chapter = book.chapter(chain);
        rows += chapter.rows().size();
        links += chapter.links().size();
        runs += chapter.rows().stream().filter(it -> it.source().equals("run")).count();
        chain(chapter);
        rows(chapter);
        events(chapter);
        head(chapter);
      }
      var anchors = book.anchors();
      anchors(anchors);
      outside(anchors, outside);
      return new Verification(runs, rows, links, anchors.size(), findings);
    }

    private void found(String chain, String row, String difference) {
      if (findings.size() < MOST) {
        findings.add(new Finding(chain, row, difference));
      }
    }

    /** Each link stands where it says, names the one before, and is what its hash says. */
    private void chain(AuditBook.Chapter chapter) {
      long place = 0;
      var previous = Written.NOTHING;
      for (var link : chapter.links()) {
        place++;
        if (link.n() != place) {
          found(
              chapter.chain(),
              "link " + place,
              "it is missing, or another stands in its place; the next there is " + link.n());
          place = link.n();
        } else if (!link.previous().equals(previous)) {
          found(
              chapter.chain(),
              link(link),
              "it names "
                  + brief(link.previous())
                  + " as the one before, which is "
                  + brief(previous));
        }
        if (!link.computed().equals(link.hash())) {
          found(
              chapter.chain(),
              link(link),
              "its hash is "
                  + brief(link.hash())
                  + ", its content gives "
                  + brief(link.computed()));
        }
        previous = link.hash();
      }
    }

    /** Each row is what the last link about it says, and each link's row is there. */
    private void rows(AuditBook.Chapter chapter) {
      var last = new TreeMap<String, Link>();
      chapter.links().forEach(it -> last.put(it.rowName(), it));
      for (var row : chapter.rows()) {
        var link = last.remove(row.name());
        if (link == null) {
          found(
              chapter.chain(),
              row.name(),
              "no link covers it: it was not written by the usual way");
        } else if (!row.hash(link.columns()).equals(link.rowHash())) {
          found(
              chapter.chain(),
              row.name(),
              "it is not what was written: its content gives "
                  + brief(row.hash(link.columns()))
                  + ", link "
                  + link.n()
                  + " says "
                  + brief(link.rowHash()));
        }
      }
      last.values()
          .forEach(
              it ->
                  found(
                      chapter.chain(), it.rowName(), "it is gone; link " + it.n() + " covers it"));
    }

    private void events(AuditBook.Chapter chapter) {
      long there = chapter.rows().stream().filter(it -> it.source().equals("run_event")).count();
      if (chapter.events().isPresent() && chapter.events().getAsLong() != there) {
        found(
            chapter.chain(),
            "run_event",
            "the run has written "
                + chapter.events().getAsLong()
                + " events, "
                + there
                + " are there");
      }
    }

    /** What anchors say about the chain is so, and its head is the end of it. */
    private void head(AuditBook.Chapter chapter) {
      var links =
          chapter.links().stream().collect(Collectors.toMap(Link::n, Link::hash, (a, _) -> a));
      long known = 0;
      for (var it : anchored.getOrDefault(chapter.chain(), List.of())) {
        known = Math.max(known, it.n());
        if (!it.hash().equals(links.get(it.n()))) {
          found(
              chapter.chain(),
              "link " + it.n(),
              "anchor "
                  + it.anchor()
                  + " knows it as "
                  + brief(it.hash())
                  + "; "
                  + (links.containsKey(it.n())
                      ? "now it is " + brief(links.getOrDefault(it.n(), ""))
                      : "it is gone"));
        }
      }
      var end = chapter.links().isEmpty() ? Written.NOTHING : chapter.links().getLast().hash();
      long anchoredTo = known;
      chapter
          .head()
          .filter(
              it ->
                  it.n() == chapter.links().size()
                      && it.hash().equals(end)
                      && it.anchored() == anchoredTo)
          .ifPresentOrElse(
              _ -> {},
              () ->
                  found(
                      chapter.chain(),
                      "audit_head",
                      "it does not say that the chain has "
                          + chapter.links().size()
                          + " links, "
                          + anchoredTo
                          + " of them anchored, and ends with "
                          + brief(end)));
    }

    /** Each anchor names the one before, and holds the heads that it is a digest of. */
    private void anchors(List<Anchor> anchors) {
      var heads = new HashMap<String, Long>();
      long place = 0;
      var previous = Written.NOTHING;
      for (var anchor : anchors) {
        place++;
        var moved = byAnchor.getOrDefault(anchor.number(), List.of());
        moved.forEach(it -> heads.merge(it.chain(), it.n(), Math::max));
        if (anchor.number() != place || !anchor.previous().equals(previous)) {
          anchor(anchor, "it does not follow anchor " + (place - 1));
          place = anchor.number();
        }
        if (!anchor.computed().equals(anchor.hash())) {
          anchor(
              anchor,
              "its hash is "
                  + brief(anchor.hash())
                  + ", its content gives "
                  + brief(anchor.computed()));
        }
        if (!Anchor.digest(moved).equals(anchor.heads())) {
          anchor(anchor, "the heads that it holds are not those of which it is made");
        }
        if (anchor.chains() != heads.size()
            || anchor.links() != heads.values().stream().mapToLong(it -> it).sum()) {
          anchor(
              anchor,
              "it counts "
                  + anchor.chains()
                  + " chains and "
                  + anchor.links()
                  + " links, its heads do not");
        }
        previous = anchor.hash();
      }
      var numbers = anchors.stream().map(Anchor::number).collect(Collectors.toSet());
      byAnchor.keySet().stream()
          .filter(it -> !numbers.contains(it))
          .sorted()
          .forEach(
              it -> found(AuditBook.ANCHORS, "anchor " + it, "it is gone; its heads are there"));
    }

    private void anchor(Anchor anchor, String difference) {
      found(AuditBook.ANCHORS, "anchor " + anchor.number(), difference);
    }

    private void outside(List<Anchor> anchors, List<AnchorLine> outside) {
      var here =
          anchors.stream()
              .collect(Collectors.toMap(Anchor::number, Function.identity(), (a, _) -> a));
      for (var line : outside) {
        var anchor = here.get(line.number());
        if (anchor == null) {
          found(
              AuditBook.ANCHORS,
              "anchor " + line.number(),
              "it is in the file and not in the database");
        } else if (!line.is(anchor)) {
          found(
              AuditBook.ANCHORS,
              "anchor " + line.number(),
              "the file has "
                  + brief(line.hash())
                  + " of "
                  + line.at()
                  + ", the database "
                  + brief(anchor.hash())
                  + " of "
                  + anchor.at());
        }
      }
    }

    private static String link(Link link) {
      return "link " + link.n() + " (" + link.rowName() + ")";
    }

    /** Enough of a hash to tell two apart. */
    private static String brief(String hash) {
      return hash.length() > 12 ? hash.substring(0, 12) + "…" : hash;
    }
  }
}
