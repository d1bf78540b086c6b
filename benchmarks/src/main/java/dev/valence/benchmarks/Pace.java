package dev.valence.benchmarks;

/**
 * How long everything takes, by the same rule for all contenders.
 *
 * @param rounds in each of which every contender works once
 * @param warmUpMillis of the first load of a process, at most
 * @param nextWarmUpMillis of a further load of the same process, at most
 * @param settleMillis before a measurement, when the load begins or the processes were pinned
 * @param measureMillis of one measurement
 */
record Pace(int rounds, long warmUpMillis, long nextWarmUpMillis, long settleMillis, long measureMillis) {

    static final Pace FULL = new Pace(5, 22_500, 6000, 200, 600);
    static final Pace QUICK = new Pace(2, 3600, 600, 50, 200);

    Pace withRounds(int newRounds) {
        return new Pace(newRounds, warmUpMillis, nextWarmUpMillis, settleMillis, measureMillis);
    }
}
