/**
 * The main process: {@link dev.valence.main.IpcMain} listens, launches renderers and keeps who is subscribed to what.
 */
package dev.valence.main;
