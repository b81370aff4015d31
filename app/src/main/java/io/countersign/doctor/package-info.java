/**
 * {@code countersign doctor}: looks at everything that the bot will need, changes nothing, and says
 * for each thing that is not right what to do.
 */
@org.jspecify.annotations.NullMarked
package io.countersign.doctor;
