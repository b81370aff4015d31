package io.countersign.gate;

import io.countersign.Person;
import java.time.Instant;

/** A vote that was counted. */
public record Vote(Person person, Ballot.Choice choice, String reason, Instant at) {}
