package dev.valence.benchmarks.peer;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Latencies and arrivals since they were last marked. */
final class Meter {

    private static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.9, 99.99};

    private final Recorder recorder = new Recorder(3);
    private final Receipts receipts;
    private long markNanos; // commands only, as all below
    private long markBytes;
    private long markReceiptNanos;

    Meter(Receipts receipts) {
        this.receipts = receipts;
    }

    void record(long nanos) {
        recorder.recordValue(nanos);
    }

    void mark() {
        recorder.reset();
        markBytes = receipts.bytes();
        markReceiptNanos = receipts.nanos();
        markNanos = System.nanoTime();
    }

    /** Returns {@code name=value} for everything measured since the mark. */
    String read() {
        StringBuilder line = new StringBuilder();
        Histogram calls = recorder.getIntervalHistogram();
        add(line, "nanos", System.nanoTime() - markNanos);
        add(line, "calls", calls.getTotalCount());
        if (calls.getTotalCount() > 0) {
            for (double percentile : PERCENTILES) {
                add(line, "p" + percentile, calls.getValueAtPercentile(percentile));
            }
            add(line, "max", calls.getMaxValue());
        }
        add(line, "receivedBytes", receipts.bytes() - markBytes);
        add(line, "receiptNanos", receipts.nanos() - markReceiptNanos);
        return line.toString();
    }

    private static void add(StringBuilder line, String name, long value) {
        line.append(name).append('=').append(value).append(' ');
    }
}
