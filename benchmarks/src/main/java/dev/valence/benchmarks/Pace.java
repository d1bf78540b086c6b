package dev.valence.benchmarks;

/**
 * How long everything takes, the same for all contenders.
 *
 * @param rounds in each of which every contender works once
 * @param warmUpMillis before the first measurement of a load
 * @param settleMillis after the processes were pinned
 * @param measureMillis of one measurement
 */
record Pace(int rounds, long warmUpMillis, long settleMillis, long measureMillis) {

    static final Pace FULL = new Pace(5, 4000, 300, 1000);
    static final Pace QUICK = new Pace(2, 1500, 200, 500);

    Pace withRounds(int newRounds) {
        return new Pace(newRounds, warmUpMillis, settleMillis, measureMillis);
    }
}
