package dev.valence.session;

import dev.valence.connection.SendLevels;

/**
 * What is under way between this process and one peer. The numbers are read one after the other, while others go on.
 *
 * @param levels how full the way to the peer is
 * @param requestsTo requests to the peer without an answer
 * @param streamsTo streams of the peer that this process is subscribed to
 * @param requestsFrom requests of the peer whose answer was not sent
 * @param streamsFrom streams that the peer is subscribed to
 * @param ports open ports that lead over the connection
 */
public record SessionLoad(
        SendLevels levels, int requestsTo, int streamsTo, int requestsFrom, int streamsFrom, int ports) {}
