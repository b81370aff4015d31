package io.countersign.sandbox.slack;

import java.net.URI;
import java.time.Clock;

/** All that there is in the workspace, under one guard. */
record World(
    Workspace workspace,
    URI base,
    Clock clock,
    Limits limits,
    Guard guard,
    Directory directory,
    Posts posts,
    Modals modals,
    Triggers triggers,
    ResponseUrls responseUrls,
    Files files,
    Faults faults,
    Permissions permissions) {

  static World of(Workspace workspace, URI base, Clock clock, Limits limits) {
    Guard guard = new Guard();
    Directory directory = new Directory(guard, workspace);
    Faults faults = new Faults(guard);
    return new World(
        workspace,
        base,
        clock,
        limits,
        guard,
        directory,
        new Posts(guard, clock),
        new Modals(guard, clock),
        new Triggers(guard, clock, limits.triggerLife()),
        new ResponseUrls(guard, clock, limits),
        new Files(guard),
        faults,
        new Permissions(directory, faults));
  }
}
