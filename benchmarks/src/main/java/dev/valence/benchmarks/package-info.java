/** The driver: starts the processes of every contender, lets them work in turn, and compares. */
@NullMarked
package dev.valence.benchmarks;

import org.jspecify.annotations.NullMarked;
