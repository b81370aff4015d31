package io.countersign.postgres;

import io.countersign.Problem;
import io.countersign.Role;
import io.countersign.action.ActionFailed;
import io.countersign.estate.Acting;
import io.countersign.estate.Estate;
import io.countersign.estate.Policies.OwnCommand;
import io.countersign.estate.Registry;
import io.countersign.estate.Tenant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A registry that the product's own commands change, where the estate's file names some; else its
 * queries do. What is true is read by the queries alone: before a command, and after it, however it
 * ended. A command is believed no more than that, so one that fails after it has done its work has
 * done it.
 *
 * <p>A command does not compare and set. Whoever changes the row between the look and the command
 * is overwritten, unless the command compares by itself ({@code {from}}). One that outlived its bot
 * is ended before the next look, on this host; a statement that it had already sent to a server may
 * still be carried out after that look. On another host nobody can end it: it ends by itself, or
 * with the host.
 */
public final class CommandRegistry implements Registry {
  static final String SET_STATUS = "set-status";
  static final String ENROL = "enrol";
  static final String WITHDRAW = "withdraw";

  private final Estate estate;
  private final QueryRegistry registry;
  private final OwnCommands commands;

  /**
   * @param registry answers every question, and makes the changes for which there is no command
   */
  public CommandRegistry(Estate estate, QueryRegistry registry, ClientPrograms programs) {
    this.estate = estate;
    this.registry = registry;
    this.commands = new OwnCommands(programs);
  }

  @Override
  public List<Tenant> tenants() {
    return registry.tenants();
  }

  @Override
  public Optional<Tenant> tenant(String slug) {
    return registry.tenant(slug);
  }

  @Override
  public Optional<RegisteredServer> server(String name) {
    return registry.server(name);
  }

  @Override
  public boolean setStatus(String slug, String expected, String wanted, String reason, Acting by) {
    var command = command(SET_STATUS);
    if (command.isEmpty()) {
      return registry.setStatus(slug, expected, wanted, reason, by);
    }
    endLeft(by);
    if (!isStatus(slug, expected)) {
      return false;
    }
    var argv =
        command
            .get()
            .filled(
                Map.of(
                    "{slug}", name(SET_STATUS, slug),
                    "{from}", name(SET_STATUS, expected),
                    "{to}", name(SET_STATUS, wanted),
                    "{reason}", text(reason)));
    var ended = run(SET_STATUS, command.get(), argv, by);
    if (isStatus(slug, wanted)) {
      return true;
    }
    var says = registry.tenant(slug).map(Tenant::status).orElse("nothing");
    throw notDone(
        SET_STATUS,
        ended,
        "It should have given " + slug + " the status " + wanted + "; the registry says " + says);
  }

  private boolean isStatus(String slug, String status) {
    return registry.tenant(slug).filter(it -> it.status().equals(status)).isPresent();
  }

  @Override
  public boolean setReference(String slug, Reference expected, Reference wanted, Acting by) {
    return registry.setReference(slug, expected, wanted, by);
  }

  @Override
  public void endChanges(String prefix, int upTo) {
    commands.endLeft(prefix, upTo);
    registry.endChanges(prefix, upTo);
  }

  /** Besides the reference, its status is looked at: an active sibling could write to people. */
  @Override
  public boolean enrol(Sibling sibling, Acting by) {
    var command = command(ENROL);
    if (command.isEmpty()) {
      return registry.enrol(sibling, by);
    }
    endLeft(by);
    if (registry.tenant(sibling.slug()).isPresent()) {
      return false;
    }
    var beside = registry.tenant(sibling.beside());
    var ended = run(ENROL, command.get(), filled(command.get(), sibling), by);
    var row = registry.tenant(sibling.slug());
    boolean asWanted =
        row.filter(it -> Reference.of(it).equals(sibling.reference()))
            .filter(it -> it.status().equals(sibling.status()))
            .filter(it -> beside.map(Tenant::server).equals(Optional.of(it.server())))
            .isPresent();
    if (asWanted) {
      return true;
    }
    throw notDone(
        ENROL,
        ended,
        "It should have led "
            + sibling.slug()
            + " to "
            + sibling.reference()
            + ", "
            + sibling.status()
            + "; the registry "
            + row.map(CommandRegistry::led).orElse("has no tenant of that name"));
  }

  private static List<String> filled(OwnCommand command, Sibling sibling) {
    return command.filled(
        Map.of(
            "{slug}", name(ENROL, sibling.slug()),
            "{display-name}", text(sibling.displayName()),
            "{beside}", name(ENROL, sibling.beside()),
            "{database}", name(ENROL, sibling.reference().database()),
            "{secret}", name(ENROL, sibling.reference().secret().value()),
            "{status}", name(ENROL, sibling.status()),
            "{reason}", text(sibling.reason())));
  }

  /** Where the command made a row that leads elsewhere, nobody but a person may take it out. */
  private static String led(Tenant row) {
    return "leads it to "
        + Reference.of(row)
        + " on "
        + row.server()
        + ", "
        + row.status()
        + ". A row that leads to another database is yours to take out";
  }

  @Override
  public boolean withdraw(String slug, Reference reference, Acting by) {
    var command = command(WITHDRAW);
    if (command.isEmpty()) {
      return registry.withdraw(slug, reference, by);
    }
    endLeft(by);
    if (!registry.tenant(slug).map(Reference::of).equals(Optional.of(reference))) {
      return false;
    }
    var argv =
        command
            .get()
            .filled(
                Map.of(
                    "{slug}", name(WITHDRAW, slug),
                    "{database}", name(WITHDRAW, reference.database()),
                    "{secret}", name(WITHDRAW, reference.secret().value())));
    var ended = run(WITHDRAW, command.get(), argv, by);
    var still =
        registry.tenants().stream().filter(it -> Reference.of(it).equals(reference)).findFirst();
    if (still.isEmpty()) {
      return true;
    }
    throw notDone(
        WITHDRAW,
        ended,
        "It should have taken "
            + slug
            + " out of the registry; "
            + still.get().ref().slug()
            + " still leads to "
            + reference);
  }

  @Override
  public void invalidate(Tenant tenant) {
    registry.invalidate(tenant);
  }

  @Override
  public void audit(
      Tenant tenant, String action, String actor, String key, Map<String, String> detail) {
    registry.audit(tenant, action, actor, key, detail);
  }

  @Override
  public List<String> holders(Role role) {
    return registry.holders(role);
  }

  /**
   * Makes sure that a change can be made: the server plans its query, or its command's program is
   * there.
   *
   * @throws RegistryUnavailable where there is neither, or it cannot be run
   */
  public void rehearse(String change, Tenant tenant) {
    var command = command(change);
    if (command.isEmpty()) {
      registry.rehearse(change, tenant);
    } else if (!OwnCommands.canRun(command.get())) {
      throw new RegistryUnavailable(
          command.get().argv().getFirst()
              + ", which the command "
              + change
              + " names, cannot be run on the bot's host",
          null);
    }
  }

  private Optional<OwnCommand> command(String change) {
    return Optional.ofNullable(estate.registry().commands().get(change));
  }

  /** What a killed bot left of this step must not change a row behind the next look's back. */
  private void endLeft(Acting by) {
    commands.endLeft(by.prefix(), by.attempt());
  }

  /**
   * Runs a command. The fence is asked afterwards, too: a command takes long, and whoever lost the
   * run meanwhile goes no further.
   *
   * @return why it failed, if it did; whether it did its work only a look tells
   */
  private Optional<Problem> run(String change, OwnCommand command, List<String> argv, Acting by) {
    by.fence().run();
    Optional<Problem> failed;
    try {
      commands.run(by, "changing the registry", "registry.commands." + change, command, argv, null);
      failed = Optional.empty();
    } catch (ActionFailed refused) {
      failed = Optional.of(refused.problem());
    }
    by.fence().run();
    return failed;
  }

  private RegistryUnavailable notDone(String change, Optional<Problem> failed, String instead) {
    var what = "the command " + change + " of " + estate.name();
    return new RegistryUnavailable(
        failed
            .map(
                it ->
                    new Problem(
                        it.doing(),
                        what + " failed: " + it.happened() + " " + instead + ".",
                        it.next()))
            .orElseGet(
                () ->
                    new Problem(
                        "changing the registry",
                        what + " ended well and has not done its work. " + instead + ".",
                        "Look whether the command changes this very registry, correct it in the"
                            + " estate's file, then retry.")));
  }

  /**
   * Free text as one argument. A person's reason may begin with a dash; behind a space no program
   * takes it for an option. It is not refused: a tenant would stay closed for a dash.
   */
  private static String text(String text) {
    var whole = text.replace('\0', ' ');
    return whole.startsWith("-") ? " " + whole : whole;
  }

  /** A name is never altered: one that a program would take for an option is refused. */
  private static String name(String change, String name) {
    if (name.startsWith("-") || name.indexOf('\0') >= 0 || name.isEmpty()) {
      throw new RegistryUnavailable(
          new Problem(
              "changing the registry",
              "the command " + change + " cannot be given the name '" + name + "'.",
              "A name that is empty or begins with - would be taken for an option: give it another"
                  + " name in the registry, or change the registry by a query."));
    }
    return name;
  }
}
