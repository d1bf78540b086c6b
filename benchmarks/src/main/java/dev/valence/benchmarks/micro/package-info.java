/** Parts of the way of a message, in one JVM, with JMH: {@code benchmarks/run --jmh}. */
@NullMarked
package dev.valence.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
