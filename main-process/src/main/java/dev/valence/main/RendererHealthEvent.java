package dev.valence.main;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A renderer at a glance, see {@link RendererSnapshot}. */
@Name("dev.valence.RendererHealth")
@Label("Renderer Health")
@Category("Valence")
@Description("A renderer at a glance")
@Period("10 s")
@StackTrace(false)
final class RendererHealthEvent extends Event {

    @Label("Renderer")
    String rendererName = "";

    @Label("Renderer Id")
    int rendererId;

    @Label("Incarnation")
    int incarnation;

    @Label("State")
    String state = "";

    @Label("Process Id")
    @Description("0 if it has none, or is not known")
    long pid;

    @Label("Uptime")
    @Timespan
    long uptime;

    @Label("Resident Memory")
    @Description("0 if not known")
    @DataAmount
    long residentBytes;

    @Label("Queued Data")
    @DataAmount
    long queuedData;

    @Label("Data Credit")
    @DataAmount
    long dataCredit;

    @Label("Queued Replies")
    @DataAmount
    long queuedReplies;

    @Label("Reply Credit")
    @DataAmount
    long replyCredit;

    @Label("Requests to Renderer")
    int requestsTo;

    @Label("Requests from Renderer")
    int requestsFrom;

    @Label("Streams from Renderer")
    @Description("Asked for by main")
    int streamsTo;

    @Label("Streams to Renderer")
    @Description("Asked for by the renderer")
    int streamsFrom;

    @Label("Ports")
    int ports;

    @Label("Undelivered Messages")
    @Description("Since the renderer was launched")
    long undelivered;

    @Label("Skipped Broadcasts")
    @Description("Since the renderer was launched")
    long skipped;

    @Label("Dropped Relays")
    @Description("Since the renderer was launched")
    long dropped;
}
