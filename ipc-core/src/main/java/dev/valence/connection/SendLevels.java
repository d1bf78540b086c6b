package dev.valence.connection;

/**
 * How full the way to one peer is, at one moment.
 *
 * @param queuedDataBytes messages and requests that wait to be sent, each until its last byte was taken
 * @param dataCreditBytes what the peer has room for in the data lane
 * @param queuedReplyBytes answers that wait to be sent; one that is being sent no longer counts
 * @param replyCreditBytes what the peer has room for in the reply lane
 */
public record SendLevels(long queuedDataBytes, long dataCreditBytes, long queuedReplyBytes, long replyCreditBytes) {}
