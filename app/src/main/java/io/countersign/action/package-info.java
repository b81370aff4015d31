/**
 * Actions: what a step does. The port, its inputs and outputs, and the catalogue of all actions.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.action;
