@NullMarked
package io.countersign.fuzz;

import org.jspecify.annotations.NullMarked;
