/** The ends of RSocket. */
@NullMarked
package dev.valence.benchmarks.rsocket;

import org.jspecify.annotations.NullMarked;
