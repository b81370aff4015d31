package io.countersign.action;

/** The outputs of an action that has none. */
public record NoOutputs() {}
