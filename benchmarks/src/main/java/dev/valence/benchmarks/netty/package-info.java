/** The ends of Netty without anything above it: the floor of what Netty can do. */
@NullMarked
package dev.valence.benchmarks.netty;

import org.jspecify.annotations.NullMarked;
