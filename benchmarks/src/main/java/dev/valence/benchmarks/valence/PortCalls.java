package dev.valence.benchmarks.valence;

import dev.valence.CallbackExecutor;
import dev.valence.MessageChannel;
import dev.valence.MessagePort;
import dev.valence.renderer.IpcRenderer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Messages to the partner by a port, each of which comes back. */
final class PortCalls {

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final MessagePort port;

    PortCalls(IpcRenderer renderer) {
        MessageChannel channel = MessageChannel.create(CallbackExecutor.direct());
        port = channel.port1();
        port.onMessage(byte[].class, (event, payload) -> waiting.remove().run());
        port.start();
        renderer.postMessage(ValenceMain.PORT, null, channel.port2());
    }

    void call(byte[] payload, Runnable done) {
        waiting.add(done);
        port.postMessage(payload);
    }
}
