/** The ends of Valence. */
@NullMarked
package dev.valence.benchmarks.valence;

import org.jspecify.annotations.NullMarked;
