package dev.valence.main;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A renderer changes its state. */
@Name("dev.valence.RendererState")
@Label("Renderer State")
@Category("Valence")
@Description("A renderer changes its state")
@StackTrace(false)
final class RendererStateEvent extends Event {

    @Label("Renderer")
    String rendererName = "";

    @Label("Renderer Id")
    int rendererId;

    @Label("Incarnation")
    int incarnation;

    @Label("From")
    String from = "";

    @Label("To")
    String to = "";
}
