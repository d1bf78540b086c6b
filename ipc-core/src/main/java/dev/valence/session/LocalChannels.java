package dev.valence.session;

import dev.valence.CallbackExecutor;
import dev.valence.Limits;
import dev.valence.MessageChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes pipes that begin in this process. Found by {@link java.util.ServiceLoader}. */
public final class LocalChannels implements MessageChannel.Maker {

    /** Shared by all that name no executor; no thread runs before it is needed. */
    private static final class Shared {
        static final Services SERVICES = start(CallbackExecutor.elastic());
    }

    /** For the service loader. */
    public LocalChannels() {}

    @Override
    public MessageChannel make(@Nullable CallbackExecutor executor) {
        Services services = executor == null ? Shared.SERVICES : start(executor);
        PipeEnd end = PipeEnd.ofNewPipe();
        return new MessageChannel(LocalPort.made(end, services), LocalPort.made(end.other(), services));
    }

    private static Services start(CallbackExecutor executor) {
        return Services.start(
                Limits.defaults(), executor, new Codecs(List.of()), new Services.ErrorLog(), "valence-timer");
    }
}
