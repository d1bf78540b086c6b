package dev.valence.integration;

import dev.valence.Delivery;
import dev.valence.IpcEvent;
import dev.valence.IpcReceiver;
import dev.valence.IpcSender;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * The broadcasts of a process in a soak: those that it publishes, on a channel of its own, and those that it hears. What
 * it hears and what it is told to have missed make up what was published.
 */
final class SoakNews {

    /** Publishes, as main and renderers both can. */
    interface Publisher {
        Delivery broadcast(String channel, Object payload);
    }

    private static final int HEADER_BYTES = 4 + 8 + 8;
    private static final int MOST_AT_ONCE = 24;

    private final Publisher publisher;
    private final int id;
    private volatile long life; // rises with each process of a renderer
    private final String channel;
    private final SoakRecord record;
    private long published; // guarded by this
    private final Map<String, Heard> heard = new HashMap<>(); // guarded by itself

    /** The newest on a channel. */
    private record Heard(int publisher, long life, long number) {}

    /**
     * Makes the news.
     *
     * @param id of the renderer that this process is, 0 for main
     * @param name of its channel
     */
    SoakNews(Publisher publisher, int id, String name, SoakRecord record) {
        this.publisher = publisher;
        this.id = id;
        this.channel = channel(name);
        this.record = record;
    }

    /** Says which of the processes of a renderer this is; before it publishes. */
    void begin(long number) {
        life = number;
    }

    static String channel(String name) {
        return "news of " + name;
    }

    /** Hears what others publish on the channel of a name. */
    <S extends IpcSender> void hear(IpcReceiver<S> receiver, String name) {
        receiver.on(channel(name), byte[].class, this::onNews);
    }

    private <S extends IpcSender> void onNews(IpcEvent<S> event, byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes);
        Heard now = new Heard(header.getInt(), header.getLong(), header.getLong());
        Heard before;
        synchronized (heard) {
            before = heard.put(event.channel(), now);
        }
        record.heard.incrementAndGet();
        record.missed.addAndGet(event.missed());
        boolean isNext;
        if (before == null) {
            isNext = true; // nobody knows what was published before this process listened
        } else if (before.life == now.life) {
            isNext = now.number == before.number + 1 + event.missed();
        } else { // of the process before, any number may be missing
            isNext = now.life > before.life && event.missed() >= now.number - 1;
        }
        if (!isNext || event.origin().rendererId() != now.publisher) {
            record.violation(event + ": " + now + " came after " + before + ", missed " + event.missed());
        }
    }

    /** Publishes something, at times more than there is room for. */
    void publish(Random random) {
        boolean isFlood = random.nextInt(20) == 0;
        for (int i = isFlood ? MOST_AT_ONCE : 1; i > 0; i--) {
            publish(random.nextInt(isFlood ? 256 << 10 : 4 << 10));
        }
    }

    /** Publishes one message; returns who got it. */
    synchronized Delivery publish(int bodyBytes) {
        byte[] bytes = new byte[HEADER_BYTES + bodyBytes];
        ByteBuffer.wrap(bytes).putInt(id).putLong(life).putLong(published + 1);
        Delivery delivery = publisher.broadcast(channel, bytes);
        published++; // and not if that was refused
        record.follow("broadcast", delivery.report(), this::isReport);
        return delivery;
    }

    private boolean isReport(Delivery.Report report, Throwable failure) {
        return failure == null
                && Collections.disjoint(report.accepted(), report.skipped())
                && !report.accepted().contains(id)
                && !report.skipped().contains(id);
    }

    synchronized long published() {
        return published;
    }

    /** Returns the number that was heard last, by channel. */
    Map<String, Long> heard() {
        Map<String, Long> numbers = new HashMap<>();
        synchronized (heard) {
            heard.forEach((name, newest) -> numbers.put(name, newest.number));
        }
        return numbers;
    }
}
