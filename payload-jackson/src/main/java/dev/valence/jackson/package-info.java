/** Records, beans and collections as payloads. */
package dev.valence.jackson;
