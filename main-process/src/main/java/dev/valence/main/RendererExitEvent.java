package dev.valence.main;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** An incarnation of a renderer has ended. */
@Name("dev.valence.RendererExit")
@Label("Renderer Exit")
@Category("Valence")
@Description("A process of a renderer has ended")
@StackTrace(false)
final class RendererExitEvent extends Event {

    @Label("Renderer")
    String rendererName = "";

    @Label("Renderer Id")
    int rendererId;

    @Label("Incarnation")
    int incarnation;

    @Label("Reason")
    String reason = "";

    @Label("Process Id")
    @Description("0 if it had none")
    long pid;

    @Label("Exit Code")
    @Description("-1 if it passed none to exit")
    int exitCode;

    @Label("Signal")
    @Description("0 if none ended it")
    int signal;

    @Label("Uptime")
    @Timespan
    long uptime;
}
