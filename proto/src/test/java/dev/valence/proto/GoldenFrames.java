package dev.valence.proto;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The frames that {@code golden/v1.0.txt} spells out in bytes. A name is that of the body, then, if there is more than
 * one, a dash and what sets it apart. Between them they set every field; pieces are shorter than real ones.
 */
final class GoldenFrames {

    private static final ByteString HELLO = ByteString.copyFromUtf8("hello!");

    private final Map<String, Frame> frames = new LinkedHashMap<>();

    private GoldenFrames() {}

    /** Returns the frames of version 1.0 by name. */
    static Map<String, Frame> version1() {
        GoldenFrames golden = new GoldenFrames();
        golden.addMessages();
        golden.addRequests();
        golden.addAnswers();
        golden.addChunks();
        golden.addControl();
        golden.addHandshake();
        golden.addLife();
        golden.addStreams();
        golden.addPorts();
        return golden.frames;
    }

    private void add(String name, Frame.Builder frame) {
        frames.put(name, frame.build());
    }

    private void addMessages() {
        add("message", Frame.newBuilder().setMessage(hello().setChannel("action")));
        add("message-null", Frame.newBuilder().setMessage(Message.newBuilder().setChannel("tick")));
        add(
                "message-broadcast",
                Frame.newBuilder()
                        .setMessage(hello().setId(7).setChannel("chat").setBroadcast(true)));
        add(
                "message-relayed",
                Frame.newBuilder()
                        .setOrigin(3)
                        .setHops(1)
                        .setMessage(hello().setChannel("chat").setBroadcast(true)));
        add("message-directed", Frame.newBuilder().setDestination(300).setMessage(hello().setChannel("chat")));
        add(
                "message-first_piece",
                Frame.newBuilder()
                        .setMessage(hello().setId(8)
                                .setChannel("action")
                                .setMore(true)
                                .setSize(11)));
        add(
                "message-reserved",
                Frame.newBuilder()
                        .setMessage(hello().setChannel("action")
                                .setContentType("text/plain")
                                .addPorts(port())
                                .addMetadata(trace())
                                .addObjects(object())
                                .setRegion(region())));
    }

    private void addRequests() {
        add(
                "request",
                Frame.newBuilder()
                        .setRequest(Request.newBuilder()
                                .setId(1)
                                .setChannel("loaddata")
                                .setEncoding(4)
                                .setTimeLeftMicros(30_000_000)
                                .setPayload(ByteString.copyFrom(new byte[] {0, 0, 0, 42}))));
        add(
                "request-first_piece",
                Frame.newBuilder()
                        .setRequest(Request.newBuilder()
                                .setId(9)
                                .setChannel("loaddata")
                                .setEncoding(1)
                                .setTimeLeftMicros(1)
                                .setMore(true)
                                .setSize(64 << 20)
                                .setPayload(HELLO)));
        add(
                "request-reserved",
                Frame.newBuilder()
                        .setRequest(Request.newBuilder()
                                .setId(10)
                                .setChannel("loaddata")
                                .setEncoding(7)
                                .setContentType("example.Query")
                                .setTimeLeftMicros(30_000_000)
                                .addPorts(port())
                                .addMetadata(trace())
                                .addObjects(object())
                                .setRegion(region())
                                .setPayload(HELLO)));
    }

    private void addAnswers() {
        add(
                "reply",
                Frame.newBuilder()
                        .setReply(Reply.newBuilder().setId(1).setEncoding(2).setPayload(HELLO)));
        add("reply-null", Frame.newBuilder().setReply(Reply.newBuilder().setId(2)));
        add(
                "reply-first_piece",
                Frame.newBuilder()
                        .setReply(Reply.newBuilder()
                                .setId(9)
                                .setEncoding(1)
                                .setMore(true)
                                .setSize(11)
                                .setPayload(HELLO)));
        add(
                "reply-reserved",
                Frame.newBuilder()
                        .setReply(Reply.newBuilder()
                                .setId(10)
                                .setEncoding(7)
                                .setContentType("example.Result")
                                .addPorts(port())
                                .addMetadata(trace())
                                .addObjects(object())
                                .setRegion(region())
                                .setPayload(HELLO)));
        add(
                "failure",
                Frame.newBuilder().setFailure(Failure.newBuilder().setId(3).setCode(1)));
        add(
                "failure-details",
                Frame.newBuilder()
                        .setFailure(Failure.newBuilder().setId(4).setCode(2).setDetails(details())));
        add(
                "report",
                Frame.newBuilder()
                        .setReport(Report.newBuilder()
                                .setId(7)
                                .addAccepted(2)
                                .addAccepted(300)
                                .addSkipped(4)));
    }

    private void addChunks() {
        add(
                "chunk",
                Frame.newBuilder()
                        .setChunk(
                                Chunk.newBuilder().setId(8).setMore(true).setPayload(ByteString.copyFromUtf8("wor"))));
        add(
                "chunk-last",
                Frame.newBuilder()
                        .setChunk(Chunk.newBuilder()
                                .setId(9)
                                .setLane(Lane.LANE_REPLY)
                                .setPayload(ByteString.copyFromUtf8("world"))));
        add(
                "chunk-region",
                Frame.newBuilder()
                        .setChunk(Chunk.newBuilder().setId(8).setMore(true).setRegionBytes(262_144)));
        add(
                "chunk-aborted",
                Frame.newBuilder().setChunk(Chunk.newBuilder().setId(8).setAborted(true)));
    }

    private void addControl() {
        add(
                "credit",
                Frame.newBuilder()
                        .setCredit(Credit.newBuilder().setDataBytes(2 << 20).setReplyBytes(3 << 20)));
        add(
                "credit-stream",
                Frame.newBuilder()
                        .setCredit(Credit.newBuilder()
                                .setTarget(11)
                                .setDataBytes(4096)
                                .setItems(16)));
        add(
                "credit-port",
                Frame.newBuilder()
                        .setCredit(Credit.newBuilder().setDataBytes(4096).setPort(12)));
        add("cancel", Frame.newBuilder().setCancel(Cancel.newBuilder().setId(5)));
        add("ping", Frame.newBuilder().setPing(Ping.newBuilder().setNonce(-1)));
        add(
                "pong",
                Frame.newBuilder()
                        .setPong(Pong.newBuilder()
                                .setNonce(-1)
                                .setOldestTurnMicros(1500)
                                .setRunningCallbacks(2)));
        add("dump_threads", Frame.newBuilder().setDumpThreads(DumpThreads.getDefaultInstance()));
        add(
                "thread_dump",
                Frame.newBuilder().setThreadDump(ThreadDump.newBuilder().setPayload(HELLO)));
        add(
                "region_offer",
                Frame.newBuilder()
                        .setRegionOffer(RegionOffer.newBuilder()
                                .setPath("/proc/4711/fd/93")
                                .setSlots(16)
                                .setNonce(ByteString.copyFromUtf8("0123456789abcdef"))));
        add(
                "region_credit",
                Frame.newBuilder().setRegionCredit(RegionCredit.newBuilder().setSlots(4)));
        add("close", Frame.newBuilder().setClose(Close.newBuilder().setCode(16).setReason("token: not valid")));
        add("drain", Frame.newBuilder().setDrain(Drain.newBuilder().setGraceMicros(5_000_000)));
    }

    private void addHandshake() {
        add(
                "hello",
                Frame.newBuilder()
                        .setHello(Hello.newBuilder()
                                .setMagic(0x56414C45)
                                .setMajor(1)
                                .setMinor(2)
                                .setFeatures(3)
                                .setClient(ClientKind.CLIENT_JVM)
                                .setToken(ByteString.copyFromUtf8("0123456789abcdef0123456789abcdef"))
                                .setProcessId(4711)
                                .setWindows(Windows.newBuilder()
                                        .setDataBytes(8 << 20)
                                        .setReplyBytes(4 << 20)
                                        .setStreamBytes(2 << 20)
                                        .setPortBytes(1 << 20))
                                .setImplementation("valence-jvm 0.1.0")
                                .setBounds(Bounds.newBuilder()
                                        .setPayloadBytes(64 << 20)
                                        .setPendingRequests(1024)
                                        .setSubscriptions(1024))));
        add(
                "welcome",
                Frame.newBuilder()
                        .setWelcome(Welcome.newBuilder()
                                .setMajor(1)
                                .setMinor(2)
                                .setFeatures(1)
                                .setRendererId(1)
                                .setRendererName("editor")
                                .setWindows(Windows.newBuilder()
                                        .setDataBytes(8 << 20)
                                        .setReplyBytes(4 << 20))
                                .setBounds(Bounds.newBuilder()
                                        .setPayloadBytes(64 << 20)
                                        .setPendingRequests(1024)
                                        .setSubscriptions(1024))
                                .setRules(Rules.newBuilder()
                                        .setOpen(true)
                                        .addSend("action")
                                        .addInvoke("loaddata")
                                        .addHandle("render")
                                        .addSubscribe("news")
                                        .addBroadcast("chat")
                                        .addDeny("admin"))
                                .setIncarnation(1)));
    }

    private void addLife() {
        add("subscribe", Frame.newBuilder().setSubscribe(Subscribe.newBuilder().setChannel("chat")));
        add(
                "unsubscribe",
                Frame.newBuilder().setUnsubscribe(Unsubscribe.newBuilder().setChannel("chat")));
        add("ready", Frame.newBuilder().setReady(Ready.getDefaultInstance()));
        add("gap", Frame.newBuilder().setGap(Gap.newBuilder().setChannel("chat").setCount(300)));
    }

    private void addStreams() {
        add(
                "stream",
                Frame.newBuilder()
                        .setStream(Stream.newBuilder()
                                .setId(11)
                                .setChannel("lines")
                                .setEncoding(2)
                                .setContentType("text/plain")
                                .setTimeLeftMicros(30_000_000)
                                .setMore(true)
                                .setSize(11)
                                .addPorts(port())
                                .addMetadata(trace())
                                .addObjects(object())
                                .setRegion(region())
                                .setInitialItems(16)
                                .setPayload(HELLO)));
        add(
                "item",
                Frame.newBuilder()
                        .setItem(Item.newBuilder()
                                .setId(11)
                                .setEncoding(2)
                                .setContentType("text/plain")
                                .setMore(true)
                                .setSize(11)
                                .setPayload(HELLO)));
        add(
                "stream_end",
                Frame.newBuilder()
                        .setStreamEnd(
                                StreamEnd.newBuilder().setId(11).setCode(2).setDetails(details())));
    }

    private void addPorts() {
        add(
                "port_message",
                Frame.newBuilder()
                        .setPortMessage(PortMessage.newBuilder()
                                .setPort(21)
                                .setId(12)
                                .setEncoding(2)
                                .setContentType("text/plain")
                                .setMore(true)
                                .setSize(11)
                                .addPorts(port())
                                .setPayload(HELLO)));
        add(
                "port_message-offer",
                Frame.newBuilder()
                        .setPortMessage(PortMessage.newBuilder()
                                .setPort(21)
                                .addPorts(PortOffer.newBuilder().setPort(22).setUnderWayBytes(4096))));
        add(
                "port_close",
                Frame.newBuilder()
                        .setPortClose(PortClose.newBuilder().setPort(21).setCode(6)));
        add("port_offer", Frame.newBuilder().setPortOffer(port()));
    }

    private static Message.Builder hello() {
        return Message.newBuilder().setEncoding(2).setPayload(HELLO);
    }

    private static FailureDetails details() {
        return FailureDetails.newBuilder()
                .setMessage("no such file")
                .setType("java.io.UncheckedIOException")
                .addCauses(FailureCause.newBuilder()
                        .setType("java.io.FileNotFoundException")
                        .setMessage("a.txt"))
                .setApplicationCode("not-found")
                .setApplicationDetails("{\"path\":\"a.txt\"}")
                .addStack("example.Files.read(Files.java:7)")
                .build();
    }

    private static Metadata trace() {
        return Metadata.newBuilder()
                .setKey("traceparent")
                .setValue(ByteString.copyFromUtf8("00-1-2-01"))
                .build();
    }

    private static ObjectRef object() {
        return ObjectRef.newBuilder().setId(31).setType("window").build();
    }

    private static RegionRef region() {
        return RegionRef.newBuilder()
                .setName("frame-0")
                .setOffset(4096)
                .setLength(65536)
                .build();
    }

    private static PortOffer port() {
        return PortOffer.newBuilder()
                .setPort(21)
                .setWindowBytes(1 << 20)
                .setDirectEndpoint("unix:/run/p")
                .setDirectToken(ByteString.copyFromUtf8("secret"))
                .build();
    }
}
