package dev.valence.session;

import dev.valence.connection.SendListener;

/** Follows messages on their way out, and counts those that do not get far. */
class MessageFate implements SendListener {

    private final SendListener ids;
    private final Tally tally;

    /**
     * Makes a listener for any number of messages.
     *
     * @param ids told which ids were given
     */
    MessageFate(SendListener ids, Tally tally) {
        this.ids = ids;
        this.tally = tally;
    }

    @Override
    public void onQueued(long id) {
        ids.onQueued(id);
    }

    @Override
    public void onDropped() {
        tally.countUndeliveredMessage();
    }

    @Override
    public void onLost() {
        tally.countUndeliveredMessage();
    }

    @Override
    public void onGapUntold() {
        tally.countUntoldGap();
    }
}
