package io.countersign.action;

/**
 * What a step does. One class per action, in {@code action/database}, {@code action/server}, {@code
 * action/tenant} and so on; its risk, recovery and exact statements stand on one screen. An action
 * never talks to Slack and never writes the journal.
 *
 * <p>The engine's promise: {@link #intent} is committed before {@link #act} is called; a
 * destructive action is called only with an approved gate for its order; after a crash {@link
 * #probe} is called before anything else.
 */
public interface Action<I extends Record, O extends Record> {
  ActionType<I, O> type();

  /**
   * The exact statements, call or argv, with secrets masked and values not yet known as {@code
   * <server of step pitr>}.
   */
  PlanText plan(Planned inputs);

  /**
   * What an attempt is about to do, by identity (server, OID, name, resource id). Looks, never
   * changes anything. For a destructive action two calls give equal intents unless the world they
   * describe has changed: the order is made from it.
   *
   * @throws ActionFailed where looking shows that the step cannot be done; nothing has been changed
   */
  Intent intent(Visit<I> visit) throws ActionFailed;

  /**
   * Acts. Everything a user can see goes through the outcome; exceptions are bugs and lost
   * infrastructure.
   */
  Outcome<O> act(Attempt<I> attempt);

  /**
   * Looks whether a cut-off attempt has done its work. Only ever called for {@link Recovery#PROBE}.
   */
  Finding<O> probe(Attempt<I> attempt);

  /**
   * Removes what an unfinished attempt left behind, recognised by its intent alone: half-made
   * databases, half-made servers, child processes' sessions. Repeatable. Called before a new
   * attempt and before {@code on-abort}; where nothing can be left, it does nothing.
   */
  void clear(Attempt<I> attempt);

  /**
   * {@link #clear} once a run is put back. What is slow to go and in nobody's way may say so, so
   * that no tenant waits for it; everything else is cleared now, or throws.
   */
  default Clearing clearing(Attempt<I> attempt) {
    clear(attempt);
    return new Clearing.Done();
  }
}
