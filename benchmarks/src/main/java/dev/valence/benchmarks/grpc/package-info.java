/** The ends of gRPC. */
@NullMarked
package dev.valence.benchmarks.grpc;

import org.jspecify.annotations.NullMarked;
