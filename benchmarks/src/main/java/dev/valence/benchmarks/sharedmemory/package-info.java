/** Payloads through a mapped file, with notes about them on a Unix socket: what a lane of that kind could gain at best. */
@NullMarked
package dev.valence.benchmarks.sharedmemory;

import org.jspecify.annotations.NullMarked;
