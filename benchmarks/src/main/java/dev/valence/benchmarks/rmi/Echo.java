package dev.valence.benchmarks.rmi;

import java.rmi.Remote;
import java.rmi.RemoteException;

/** What the server exports. */
public interface Echo extends Remote {

    /** Returns what it is given. */
    byte[] echo(byte[] payload) throws RemoteException;
}
