package io.countersign.slack;

import io.countersign.RunId;
import io.countersign.gate.Roster;
import io.countersign.run.FrontDesk;
import io.countersign.sandbox.slack.Channel;
import io.countersign.sandbox.slack.Person;
import io.countersign.sandbox.slack.Workspace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A company that is larger than one workspace, and where two people have one name. */
final class Company {
  static final String ENTERPRISE = "E0COMPANY";

  /** Called Bob as well, and no platform admin. */
  static final String NAMESAKE = "U0NAMESAKE";

  private Company() {}

  /** The demo's people, and somebody else who is called Bob, in a workspace of an enterprise. */
  static Workspace workspace() {
    var demo = Workspace.demo();
    var everybody = new ArrayList<>(demo.people());
    everybody.add(Person.member(NAMESAKE, "Bob", demo.teamId(), demo.people().getFirst().tz()));
    return new Workspace(
        demo.teamId(),
        demo.teamDomain(),
        ENTERPRISE,
        demo.appId(),
        demo.botUserId(),
        demo.botId(),
        demo.botName(),
        demo.botToken(),
        demo.signingSecret(),
        demo.appToken(),
        everybody,
        demo.channels().stream().map(Company::withNamesake).toList(),
        demo.groups());
  }

  private static Channel withNamesake(Channel channel) {
    var members = new HashSet<>(channel.members());
    members.add(NAMESAKE);
    return Channel.open(channel.id(), channel.name(), members);
  }

  static FrontDesk desk(EdgeRig rig, Roster roster) {
    return new FrontDesk(
        Map.of("tenant-restore", EdgeRig.runbook()),
        Map.of("medsuite", OneOfEachTenant.estate(rig.bench.actions.catalogue())),
        roster,
        rig.bench.journal,
        rig.database.get().drafts(),
        _ -> EdgeRig.runbook(),
        rig.database.get().schedules(),
        rig.database.get().backups(),
        rig.database.get().notices(),
        () -> RunId.random(RandomGenerator.getDefault()));
  }
}
