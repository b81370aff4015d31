package io.countersign.run;

import io.countersign.estate.Registry;
import io.countersign.estate.ServerRef;
import io.countersign.estate.Tenant;
import io.countersign.runbook.Near;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All tenants of all estates in memory, so that a form can offer them while somebody types. Only
 * for what is shown: what is asked for in the end is looked up in the registry itself. What is
 * older than {@link #FRESH} is read anew in the background; what is older than {@link #OLDEST} is
 * not shown any more.
 */
public final class TenantIndex {
  public static final Duration FRESH = Duration.ofSeconds(30);
  public static final Duration OLDEST = Duration.ofMinutes(10);
  private static final Logger log = LoggerFactory.getLogger(TenantIndex.class);

  /** Of one estate; what is over is not offered, but can be typed. */
  private static final int MOST_TENANTS = 100_000;

  /** Whose windows are read ahead, per estate. */
  private static final int MOST_SERVERS = 50;

  private final Map<String, EstateParts> estates;
  private final InstantSource clock;
  private final Executor threads;
  private final Map<String, Read> tenants = new ConcurrentHashMap<>();
  private final Map<ServerRef, Instant> earliest = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Void>> reading = new ConcurrentHashMap<>();

  /**
   * One tenant and what is searched.
   *
   * @param names slug and display name in lower case
   */
  private record Entry(Tenant tenant, String slug, String names) {
    static Entry of(Tenant tenant) {
      var slug = tenant.ref().slug().toLowerCase(Locale.ROOT);
      return new Entry(
          tenant, slug, slug + " " + tenant.displayName().toLowerCase(Locale.ROOT).strip());
    }

    /** How well it fits, 0 being best; 4 where it does not. */
    int rank(String typed) {
      if (slug.equals(typed)) {
        return 0;
      }
      if (slug.startsWith(typed)) {
        return 1;
      }
      int at = names.indexOf(typed);
      return at < 0 ? 4 : names.charAt(Math.max(0, at - 1)) == ' ' ? 2 : 3;
    }
  }

  private record Read(List<Entry> entries, Instant at) {}

  /**
   * @param clock this machine's, for ages alone
   * @param threads reads in the background; virtual threads
   */
  public TenantIndex(Map<String, EstateParts> estates, InstantSource clock, Executor threads) {
    this.estates = Map.copyOf(estates);
    this.clock = clock;
    this.threads = threads;
  }

  /**
   * Sees that there is something to show, and waits for it where there is nothing yet.
   *
   * @return whether all these estates can be shown
   */
  public boolean await(Collection<String> wanted, Duration patience) {
    var known = wanted.stream().filter(estates::containsKey).toList();
    known.stream().filter(it -> age(it).compareTo(FRESH) > 0).forEach(this::begin);
    var end = clock.instant().plus(patience);
    for (var estate : known) {
      var under = reading.get(estate);
      if (!shown(estate) && under != null) {
        wait(under, Duration.between(clock.instant(), end));
      }
    }
    return known.stream().allMatch(this::shown);
  }

  private static void wait(CompletableFuture<Void> reading, Duration patience) {
    try {
      reading.get(Math.max(0, patience.toMillis()), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException late) {
      log.debug("the tenants of an estate are not known in time", late);
    }
  }

  private boolean shown(String estate) {
    return age(estate).compareTo(OLDEST) <= 0;
  }

  private Duration age(String estate) {
    var read = tenants.get(estate);
    return read == null ? OLDEST.plus(OLDEST) : Duration.between(read.at(), clock.instant());
  }

  private void begin(String estate) {
    reading.computeIfAbsent(
        estate,
        it ->
            CompletableFuture.runAsync(() -> read(it), threads)
                .whenComplete((_, _) -> threads.execute(() -> reading.remove(it))));
  }

  private void read(String estate) {
    var parts = Optional.ofNullable(estates.get(estate)).orElseThrow();
    try {
      var at = clock.instant();
      var entries =
          parts.registry().tenants().stream()
              .limit(MOST_TENANTS)
              .map(Entry::of)
              .sorted(Comparator.comparing(Entry::slug))
              .toList();
      tenants.put(estate, new Read(entries, at));
      threads.execute(() -> readWindows(parts, entries));
    } catch (Registry.RegistryUnavailable unavailable) {
      log.warn("tenants cannot be offered: {}", unavailable.getMessage());
    } catch (RuntimeException unexpected) {
      log.error("tenants of {} cannot be offered: {}", estate, unexpected.getClass().getName());
    }
  }

  private void readWindows(EstateParts parts, List<Entry> entries) {
    entries.stream()
        .map(it -> it.tenant().server())
        .distinct()
        .limit(MOST_SERVERS)
        .forEach(it -> readWindow(parts, it));
  }

  private void readWindow(EstateParts parts, ServerRef server) {
    try {
      earliest.put(server, parts.restorer().window(server).earliest());
    } catch (RuntimeException unavailable) {
      log.debug("the window of {} is not known", server, unavailable);
    }
  }

  /**
   * Tenants that fit what was typed so far, best first: by slug, by display name, or, where none
   * fits, such as are spelt nearly so. Never waits.
   */
  public List<Tenant> like(Collection<String> wanted, String typed, int most) {
    var text = typed.strip().toLowerCase(Locale.ROOT);
    int slash = text.indexOf('/');
    var estate = slash < 0 ? "" : text.substring(0, slash);
    var name = text.substring(slash + 1);
    var entries =
        wanted.stream()
            .filter(it -> estate.isEmpty() || it.equals(estate))
            .filter(this::shown)
            .flatMap(it -> entries(it).stream())
            .toList();
    var fitting = fitting(entries, name, most);
    return fitting.isEmpty() ? near(entries, name, most) : fitting;
  }

  private List<Entry> entries(String estate) {
    var read = tenants.get(estate);
    return read == null ? List.of() : read.entries();
  }

  private static List<Tenant> fitting(List<Entry> entries, String typed, int most) {
    var ranks = new TreeMap<Integer, List<Tenant>>();
    for (var entry : entries) {
      int rank = entry.rank(typed);
      if (rank < 4) {
        ranks.computeIfAbsent(rank, _ -> new ArrayList<>()).add(entry.tenant());
      }
    }
    return ranks.values().stream().flatMap(List::stream).limit(most).toList();
  }

  private static List<Tenant> near(List<Entry> entries, String typed, int most) {
    var names = Near.names(typed, entries.stream().map(Entry::slug).toList());
    return names.stream()
        .flatMap(name -> entries.stream().filter(it -> it.slug().equals(name)))
        .map(Entry::tenant)
        .limit(most)
        .toList();
  }

  /**
   * The tenant of this name; empty where none is known or several are.
   *
   * @param name {@code acme}, or {@code medsuite/acme}
   */
  public Optional<Tenant> known(Collection<String> wanted, String name) {
    int slash = name.indexOf('/');
    var found =
        wanted.stream()
            .filter(it -> slash < 0 || it.equals(name.substring(0, slash)))
            .filter(this::shown)
            .flatMap(it -> entries(it).stream())
            .filter(it -> it.tenant().ref().slug().equals(name.substring(slash + 1)))
            .map(Entry::tenant)
            .toList();
    return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
  }

  /**
   * The earliest moment that a server can be restored to, as far as that is known without asking.
   * It only ever moves on. How late a moment may be is not said here: that changes by the second.
   */
  public Optional<Instant> earliest(ServerRef server) {
    return Optional.ofNullable(earliest.get(server));
  }
}
