package dev.valence;

import java.time.Duration;

/**
 * The bounds a process keeps. None is infinite. {@link #defaults()} suits most; each {@code with} method returns a copy.
 *
 * @param payloadBytes largest encoded payload
 * @param queueSoftBytes queued bytes of a lane at which {@code send} outside a callback waits
 * @param queueHardBytes queued bytes of a lane at which {@code send} inside a callback waits
 * @param regionBytes shared memory that large messages and requests go through in each direction of a connection, once it is
 *     worth it; 0 for none. That of main counts, rounded down to pieces of 256 KiB, unless that of the renderer is less than one
 * @param windowBytes bytes of a lane that the other side may have under way unprocessed; 1 MiB or more
 * @param pendingRequests requests of one peer that may be unanswered
 * @param subscriptions channels one renderer may be subscribed to
 * @param requestDeadline deadline of a request that names none
 * @param sendTimeout how long {@code send} waits for room
 * @param handshakeTimeout from the connection to its acceptance
 * @param shutdownGrace how long a closing side waits for the other one
 * @param heartbeatInterval from one ping of the other side to the next
 * @param unresponsiveAfter how long the other side may be silent, or stuck, before that is told; at least two
 *     intervals, so that a short pause of this side is not taken for a silence of the other
 */
public record Limits(
        int payloadBytes,
        long queueSoftBytes,
        long queueHardBytes,
        long windowBytes,
        long regionBytes,
        int pendingRequests,
        int subscriptions,
        Duration requestDeadline,
        Duration sendTimeout,
        Duration handshakeTimeout,
        Duration shutdownGrace,
        Duration heartbeatInterval,
        Duration unresponsiveAfter) {

    private static final int MIB = 1 << 20;

    private static final Limits DEFAULTS = new Limits(
            64 * MIB,
            8L * MIB,
            32L * MIB,
            8L * MIB,
            4L * MIB,
            1024,
            1024,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    /**
     * Checks every bound.
     *
     * @throws IllegalArgumentException names the bound, its value and what was expected
     */
    public Limits {
        checkPositive("payloadBytes", payloadBytes);
        checkPositive("queueSoftBytes", queueSoftBytes);
        if (queueHardBytes < queueSoftBytes) {
            throw new IllegalArgumentException("queueHardBytes: " + queueHardBytes
                    + " (expected: at least queueSoftBytes, " + queueSoftBytes + ")");
        }
        if (windowBytes < MIB) {
            throw new IllegalArgumentException("windowBytes: " + windowBytes + " (expected: at least " + MIB + ")");
        }
        if (regionBytes < 0) {
            throw new IllegalArgumentException("regionBytes: " + regionBytes + " (expected: 0 or more)");
        }
        checkPositive("pendingRequests", pendingRequests);
        checkPositive("subscriptions", subscriptions);
        checkPositive("requestDeadline", requestDeadline);
        checkPositive("sendTimeout", sendTimeout);
        checkPositive("handshakeTimeout", handshakeTimeout);
        checkPositive("shutdownGrace", shutdownGrace);
        checkPositive("heartbeatInterval", heartbeatInterval);
        checkPositive("unresponsiveAfter", unresponsiveAfter);
        if (unresponsiveAfter.compareTo(heartbeatInterval.multipliedBy(2)) < 0) {
            throw new IllegalArgumentException("unresponsiveAfter: " + unresponsiveAfter
                    + " (expected: at least twice heartbeatInterval, " + heartbeatInterval + ")");
        }
    }

    /** Returns the defaults. */
    public static Limits defaults() {
        return DEFAULTS;
    }

    /** Returns a copy with another largest payload, in bytes. */
    public Limits withPayloadBytes(int bytes) {
        return new Limits(
                bytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                sendTimeout,
                handshakeTimeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with other queue limits, in bytes. */
    public Limits withQueueBytes(long soft, long hard) {
        return new Limits(
                payloadBytes,
                soft,
                hard,
                windowBytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                sendTimeout,
                handshakeTimeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with another window, in bytes. */
    public Limits withWindowBytes(long bytes) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                bytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                sendTimeout,
                handshakeTimeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with other shared memory, in bytes; with 0 large payloads go through the socket. */
    public Limits withRegionBytes(long bytes) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                bytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                sendTimeout,
                handshakeTimeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with other bounds on pending requests and subscriptions. */
    public Limits withCounts(int requests, int channels) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                regionBytes,
                requests,
                channels,
                requestDeadline,
                sendTimeout,
                handshakeTimeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with another deadline for requests that name none. */
    public Limits withRequestDeadline(Duration deadline) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                deadline,
                sendTimeout,
                handshakeTimeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with another time that {@code send} waits for room. */
    public Limits withSendTimeout(Duration timeout) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                timeout,
                handshakeTimeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with another handshake timeout. */
    public Limits withHandshakeTimeout(Duration timeout) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                sendTimeout,
                timeout,
                shutdownGrace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /** Returns a copy with another shutdown grace. */
    public Limits withShutdownGrace(Duration grace) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                sendTimeout,
                handshakeTimeout,
                grace,
                heartbeatInterval,
                unresponsiveAfter);
    }

    /**
     * Returns a copy with another heartbeat.
     *
     * @param interval from one ping to the next; shorter ones notice sooner and cost more
     * @param unresponsive how long the other side may be silent or stuck before that is told; at least two intervals
     */
    public Limits withHeartbeat(Duration interval, Duration unresponsive) {
        return new Limits(
                payloadBytes,
                queueSoftBytes,
                queueHardBytes,
                windowBytes,
                regionBytes,
                pendingRequests,
                subscriptions,
                requestDeadline,
                sendTimeout,
                handshakeTimeout,
                shutdownGrace,
                interval,
                unresponsive);
    }

    static void checkPositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: 1 or more)");
        }
    }

    /** Checks that a duration is positive and fits into nanoseconds. */
    static void checkPositive(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: positive, at most 292 years)");
        }
    }
}
