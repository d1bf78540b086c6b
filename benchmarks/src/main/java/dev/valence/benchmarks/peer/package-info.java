/** The process of one end, and what it measures. */
@NullMarked
package dev.valence.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
