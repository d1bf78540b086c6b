/** The ends of Java RMI. */
@NullMarked
package dev.valence.benchmarks.rmi;

import org.jspecify.annotations.NullMarked;
