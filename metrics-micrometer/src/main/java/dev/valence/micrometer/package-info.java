/** Meters of a main and its renderers. */
@org.jspecify.annotations.NullMarked
package dev.valence.micrometer;
