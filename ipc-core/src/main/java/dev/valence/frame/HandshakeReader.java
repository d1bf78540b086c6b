package dev.valence.frame;

import dev.valence.frame.Frame.Bounds;
import dev.valence.frame.Frame.Hello;
import dev.valence.frame.Frame.Rules;
import dev.valence.frame.Frame.Welcome;
import dev.valence.frame.Frame.Windows;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the bodies of the handshake for a {@link FrameReader}.
 *
 * <p><b>Threads.</b> Any; it has no state.
 */
final class HandshakeReader {

    private static final byte[] NO_BYTES = {};

    private HandshakeReader() {}

    static Frame hello(FieldReader in) {
        int magic = 0;
        int major = 0;
        int minor = 0;
        long features = 0;
        int client = 0;
        byte[] token = NO_BYTES;
        long processId = 0;
        Windows windows = Windows.NONE;
        String implementation = "";
        Bounds bounds = Bounds.NONE;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 13 -> magic = in.fixed32();
                case 16 -> major = in.uint32();
                case 24 -> minor = in.uint32();
                case 32 -> features = in.uint64();
                case 40 -> client = in.uint32();
                case 50 -> token = in.bytes();
                case 56 -> processId = in.uint64();
                case 66 -> windows = windows(in, windows);
                case 74 -> implementation = in.text();
                case 82 -> bounds = bounds(in, bounds);
                default -> in.skip(tag);
            }
        }
        return new Hello(magic, major, minor, features, client, token, processId, windows, implementation, bounds);
    }

    static Frame welcome(FieldReader in) {
        int major = 0;
        int minor = 0;
        long features = 0;
        int rendererId = 0;
        String rendererName = "";
        Windows windows = Windows.NONE;
        Bounds bounds = Bounds.NONE;
        Rules rules = Rules.NONE;
        int incarnation = 0;
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> major = in.uint32();
                case 16 -> minor = in.uint32();
                case 24 -> features = in.uint64();
                case 32 -> rendererId = in.uint32();
                case 42 -> rendererName = in.text();
                case 50 -> windows = windows(in, windows);
                case 58 -> bounds = bounds(in, bounds);
                case 66 -> rules = rules(in, rules);
                case 72 -> incarnation = in.uint32();
                default -> in.skip(tag);
            }
        }
        return new Welcome(major, minor, features, rendererId, rendererName, windows, bounds, rules, incarnation);
    }

    private static Windows windows(FieldReader in, Windows before) {
        long dataBytes = before.dataBytes();
        long replyBytes = before.replyBytes();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> dataBytes = in.uint64();
                case 16 -> replyBytes = in.uint64();
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        return new Windows(dataBytes, replyBytes);
    }

    private static Bounds bounds(FieldReader in, Bounds before) {
        long payload = before.payloadBytes();
        int requests = before.pendingRequests();
        int subscriptions = before.subscriptions();
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> payload = in.uint64();
                case 16 -> requests = in.uint32();
                case 24 -> subscriptions = in.uint32();
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        return new Bounds(payload, requests, subscriptions);
    }

    private static Rules rules(FieldReader in, Rules before) {
        boolean open = before.open();
        List<String> send = new ArrayList<>(before.send());
        List<String> invoke = new ArrayList<>(before.invoke());
        List<String> handle = new ArrayList<>(before.handle());
        List<String> subscribe = new ArrayList<>(before.subscribe());
        List<String> broadcast = new ArrayList<>(before.broadcast());
        List<String> deny = new ArrayList<>(before.deny());
        int outer = in.enter();
        while (in.hasMore()) {
            int tag = in.tag();
            switch (tag) {
                case 8 -> open = in.bool();
                case 18 -> send.add(in.text());
                case 26 -> invoke.add(in.text());
                case 34 -> handle.add(in.text());
                case 42 -> subscribe.add(in.text());
                case 50 -> broadcast.add(in.text());
                case 58 -> deny.add(in.text());
                default -> in.skip(tag);
            }
        }
        in.leave(outer);
        return new Rules(open, send, invoke, handle, subscribe, broadcast, deny);
    }
}
