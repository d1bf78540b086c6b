/**
 * A renderer: {@link dev.valence.renderer.IpcRenderer} connects to the main process that launched or invited it.
 */
package dev.valence.renderer;
