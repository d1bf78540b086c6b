/**
 * What both ends of a connection share: senders, receivers, channels, calls, payloads and errors.
 *
 * <p>A program starts with {@code dev.valence.main.IpcMain} or {@code dev.valence.renderer.IpcRenderer}; both speak the
 * types of this package. Nothing here knows a socket.
 */
package dev.valence;
