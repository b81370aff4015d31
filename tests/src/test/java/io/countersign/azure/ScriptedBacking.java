package io.countersign.azure;

import io.countersign.Secret;
import io.countersign.sandbox.azure.Backing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Restores that go as a test says, without any server. */
public final class ScriptedBacking implements Backing {
  private final Map<String, Integer> looks = new HashMap<>();
  private final List<Wanted> begun = new ArrayList<>();
  private final List<Secret> passwords = new ArrayList<>();
  private int looksUntilMade;
  private State end = new State.Made("copy.example.test");

  /** How the next copies end, and after how many looks. */
  public synchronized void ends(int afterLooks, State with) {
    looksUntilMade = afterLooks;
    end = with;
  }

  public synchronized List<Wanted> begun() {
    return List.copyOf(begun);
  }

  synchronized List<Secret> passwords() {
    return List.copyOf(passwords);
  }

  synchronized void forget() {
    looks.clear();
    begun.clear();
    passwords.clear();
    ends(0, new State.Made("copy.example.test"));
  }

  @Override
  public synchronized void begin(Wanted wanted) {
    begun.add(wanted);
    looks.put(wanted.name(), 0);
  }

  @Override
  public synchronized State look(String name) {
    int seen = looks.merge(name, 1, Integer::sum);
    return seen > looksUntilMade ? end : new State.Making();
  }

  @Override
  public synchronized void password(String name, String administrator, Secret password) {
    passwords.add(password);
  }

  @Override
  public synchronized void remove(String name) {
    looks.remove(name);
  }
}
